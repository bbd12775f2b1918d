"""A study as a client of Ax, for notebooks with Ax's own analyses."""

from pathlib import Path

from ax.api.client import Client

from hpo.optimizer import ax_client, ax_space, ax_trials
from hpo.optimizer.ax_record import AxRecord
from hpo.study.results import Results
from hpo.study.screening import data_of
from hpo.study.stored import StoredStudy


def write_ax_json(stored: StoredStudy, path: Path) -> None:
    """Write what ``ax.api.client.Client.load_from_json_file`` loads; see :func:`client_with_trials`.

    Args:
        stored: The study.
        path: The file.

    Raises:
        OSError: If it cannot be written.
        DamagedStudyError: If the journal is damaged.
    """
    client_with_trials(stored, stored.results()).save_to_json_file(str(path))


def client_with_trials(stored: StoredStudy, results: Results) -> Client:
    """Return a client that knows all trials of a study.

    Trials have the study's indices; those without data are ABANDONED, and unfinished ones RUNNING. The objective is
    called ``objective``. The generation strategy is Ax's own choice, made when the client is first asked.

    Args:
        stored: The study.
        results: What its journal tells.
    """
    tried = [trial.parameters for trial in results.trials]
    freed = ax_space.once_varied(stored.space, tried)
    client = ax_client.configured(stored.space, freed, stored.objective, stored.plan.seed)
    experiment = ax_client.experiment_of(client)
    record = AxRecord(experiment)
    for index, parameters in enumerate(tried):
        ax_trials.add_running(experiment, index, record.varying(parameters))
    outcomes = {
        trial.index: data_of(trial, stored.objective) if ax_space.is_data(stored.space, trial.parameters) else None
        for trial in results.trials
        if trial.outcome is not None
    }
    ax_trials.tell(experiment, outcomes)
    return client
