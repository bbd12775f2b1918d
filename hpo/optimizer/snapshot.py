"""What a saved Ax client says of its trials."""

from collections.abc import Mapping
from pathlib import Path

from ax.api.client import Client

from hpo.optimizer.ax_client import experiment_of

Content = Mapping[int, tuple[str, Mapping[str, object], Mapping[str, float]]]


def content(path: Path) -> Content:
    """Return by index, for each trial in the snapshot at ``path``: Ax's status, the parameters, the data by metric.

    Ax writes data with ten decimals; the journal has all of them.
    """
    experiment = experiment_of(Client.load_from_json_file(str(path)))
    data: dict[int, dict[str, float]] = {index: {} for index in experiment.trials}
    for row in experiment.lookup_data().df.to_dict("records"):
        data[row["trial_index"]][row["metric_name"]] = row["mean"]
    return {
        index: (trial.status.name, dict(trial.arm.parameters), data[index])
        for index, trial in experiment.trials.items()
    }
