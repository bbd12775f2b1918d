"""The trials for MLflow: a run each, in a database beside the study or on a server."""

import logging
import os
import re
import shlex
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hpo.callbacks.reach import require_answer
from hpo.callbacks.tracked import Ended, Tracked
from hpo.callbacks.tracking import Tracking, typed_with
from hpo.printable import shown
from hpo.quiet import quiet_loggers
from hpo.study import Status, Trial
from hpo.task import Metrics

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

FOLDER = "mlflow"
DATABASE = "mlflow.db"
SQLITE = "sqlite:///"
STUDY_TAG, INDEX_TAG = "hpo.study_id", "hpo.trial_index"
NOTE_TAG = "mlflow.note.content"  # what MLflow's page shows as the run's description
N_PARAMETERS = 100  # that MLflow takes at a time
_PASSWORD = re.compile(r"//[^/@]*@")  # and the user before it, in an address
_UNFIT = re.compile(r"[^\w\-. /:]")  # of a name, for MLflow


class MLflow(Tracking):
    """Makes a run a trial, in an experiment a study.

    Parameters are the run's parameters; a report's metrics are its metrics at the report's step, and those of the
    outcome at the last one. A run is FINISHED when its trial completed or was stopped early, FAILED when it ended
    without data, KILLED when it was abandoned, and SCHEDULED while it waits for another session. Tags tell the rest.

    Args:
        tracking_uri: Of MLflow: ``http://HOST:PORT``, ``sqlite:///FILE``, …; None for ``mlflow/mlflow.db`` in the
            study's directory. MLflow's environment variable for it is not read.
        experiment: MLflow's, in which the runs are made; None for one of the study's name.
    """

    key = "callbacks.mlflow"
    libraries = ("mlflow", "sqlalchemy", "alembic")
    extra = "mlflow"

    def __init__(self, tracking_uri: str | None = None, experiment: str | None = None) -> None:
        super().__init__()
        self._uri = None if tracking_uri is None else _absolute(tracking_uri)
        self._experiment = experiment
        self._client: MlflowClient
        self._study: Tracked
        self._experiment_id = ""
        self._runs: dict[int, Run] = {}
        self._known: dict[int, set[int]] = {}

    def reach(self) -> None:
        """Make sure that the server answers, if there is one."""
        require_answer(self._uri or "")

    def open(self, study: Tracked) -> None:
        """Find or make the experiment, and find the study's runs in it."""
        self._study = study
        folder = study.root / FOLDER
        if self._uri is None:
            folder.mkdir(exist_ok=True)
        self._client = _client(self._uri or f"{SQLITE}{folder / DATABASE}")
        name = self._experiment or study.name
        found = self._client.get_experiment_by_name(name)
        self._experiment_id = found.experiment_id if found is not None else self._new_experiment(name)
        self._runs = {int(run.data.tags[INDEX_TAG]): run for run in self._found()}

    def has(self, index: int) -> bool:
        """Tell whether the trial has a run that says how it ended."""
        return index in self._runs and "hpo.status" in self._runs[index].data.tags

    def begin(self, trial: Trial, steps: Collection[int]) -> Collection[int]:
        """Make a run with the parameters, or take up the one of an earlier session."""
        from mlflow.entities import Param  # noqa: PLC0415 - an extra

        index = trial.index
        run = self._runs.get(index)
        self._known[index] = set() if run is None else self._steps(run) & set(steps)
        if run is None:
            run = self._runs[index] = self._new_run(trial)
        else:
            self._client.update_run(run.info.run_id, status="RUNNING")
        parameters = [Param(name, str(value)) for name, value in trial.parameters.items()]
        for first in range(0, len(parameters), N_PARAMETERS):
            self._client.log_batch(run.info.run_id, params=parameters[first : first + N_PARAMETERS])
        return self._known[index]

    def report(self, index: int, step: int, metrics: Metrics) -> None:
        """Log the metrics at ``step``, unless an earlier session did."""
        if step not in self._known[index]:
            self._log(index, step, metrics)

    def end(self, ended: Ended) -> None:
        """Log the outcome's metrics and how it ended."""
        index = ended.trial.index
        run_id = self._runs[index].info.run_id
        self._log(index, ended.last_step, ended.final)
        for name, text in ended.facts.items():
            self._client.set_tag(run_id, f"hpo.{name}", text)
        if "reason" in ended.facts:
            self._client.set_tag(run_id, NOTE_TAG, ended.facts["reason"])
        self._client.set_terminated(run_id, _status(ended), _ms(ended.ended_at or time.time()))
        self._runs.pop(index)
        self._known.pop(index)

    def look(self, root: Path) -> str:
        """Return the command of MLflow's page, or the server's address without a password."""
        if self._uri is not None and not self._uri.startswith(SQLITE):
            return f"experiment {self._experiment or self._study.name} on {_PASSWORD.sub('//', self._uri)}"
        database = self._uri or f"{SQLITE}{shown(root / FOLDER / DATABASE)}"
        command = shlex.join(["mlflow", "ui", "--backend-store-uri", database])
        return typed_with("mlflow", command, "flask")  # of which the page is made

    def close(self) -> None:
        """Mark the runs that wait for another session."""
        for run in self._runs.values():
            if "hpo.status" not in run.data.tags:
                self._client.update_run(run.info.run_id, status="SCHEDULED")

    def _new_experiment(self, name: str) -> str:
        """Make the experiment; on a server, where its artifacts lie is the server's to say."""
        objective = self._study.objective
        tags = {"hpo.objective": objective.metric, "hpo.direction": objective.direction}
        artifacts = (self._study.root / FOLDER / "artifacts").as_uri() if self._uri is None else None
        return str(self._client.create_experiment(name, artifact_location=artifacts, tags=tags))

    def _new_run(self, trial: Trial) -> "Run":
        began = None if trial.outcome is None else trial.outcome.started_at
        return self._client.create_run(
            self._experiment_id,
            start_time=_ms(began or time.time()),
            run_name=self._study.run_name(trial.index),
            tags={STUDY_TAG: self._study.id, INDEX_TAG: str(trial.index), "hpo.study": self._study.name},
        )

    def _found(self) -> Iterator["Run"]:
        token = None
        while True:
            page = self._client.search_runs(
                [self._experiment_id], f"tags.`{STUDY_TAG}` = '{self._study.id}'", page_token=token
            )
            yield from page
            token = page.token
            if not token:
                return

    def _steps(self, run: "Run") -> set[int]:
        """Return the steps at which an unfinished run has metrics."""
        id_ = run.info.run_id
        return {point.step for name in run.data.metrics for point in self._client.get_metric_history(id_, name)}

    def _log(self, index: int, step: int, metrics: Metrics) -> None:
        from mlflow.entities import Metric  # noqa: PLC0415 - an extra

        now = _ms(time.time())
        points = [Metric(_UNFIT.sub("_", name), value, now, step) for name, value in metrics.items()]
        if points:
            self._client.log_batch(self._runs[index].info.run_id, metrics=points)


def _client(uri: str) -> "MlflowClient":
    """Return a client; MLflow tells its makers nothing of its use, and the terminal nothing of its doings."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow import MlflowClient  # noqa: PLC0415 - an extra

    quiet_loggers("mlflow", "alembic", level=logging.WARNING)
    return MlflowClient(tracking_uri=uri)


def _status(ended: Ended) -> str:
    if ended.trial.status is Status.ABANDONED:
        return "KILLED"
    return "FINISHED" if ended.is_success else "FAILED"


def _absolute(uri: str) -> str:
    """Return the address of a database whose file is found from every working directory."""
    path = uri.removeprefix(SQLITE)
    return uri if path == uri else f"{SQLITE}{Path(path).absolute()}"


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
