"""The saved Ax client, written and read."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ax.api.client import Client

from hpo.atomic import replace_atomically
from hpo.optimizer import ax_trials
from hpo.optimizer.ax_client import experiment_of
from hpo.task import Metrics, ParameterValue

Content = Mapping[int, tuple[str, Mapping[str, object], Mapping[str, float]]]


def write_snapshot(
    path: Path,
    client: Client,
    trials: Iterable[Mapping[str, ParameterValue]],
    outcomes: Mapping[int, Metrics | None],
) -> None:
    """Write Ax's JSON to ``path``, atomically.

    Args:
        path: The file.
        client: A client without trials; it gets these.
        trials: The parameters that it knows, of one trial after the other.
        outcomes: The data of those that ended, by index; None of those without.

    Raises:
        OSError: If the folder cannot be written.
    """
    experiment = experiment_of(client)
    for index, parameters in enumerate(trials):
        ax_trials.add_running(experiment, index, parameters)
    ax_trials.tell(experiment, outcomes)
    replace_atomically(path, lambda temporary: client.save_to_json_file(str(temporary)))


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
