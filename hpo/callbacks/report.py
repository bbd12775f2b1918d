"""Keeps ``report.html`` current."""

import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from hpo.errors import Fault, HpoError, flag_faults, raise_faults
from hpo.printable import shown
from hpo.process.imports import import_path
from hpo.report.file_names import REPORT_FILE
from hpo.study import Study, Trial
from hpo.study.observers import Observer
from hpo.throttle import Throttle

log = logging.getLogger(__name__)

AUTO = "auto"
PATIENCE_S = 300.0  # for a report that wants a model
SHARE = 0.02  # of a study's time that the model of its report may take with `auto`
NICENESS = 10  # of what writes a report beside the study


class Report(Observer):
    """Writes the report: now and then while the study runs, in a process of its own, and at its end.

    The last one is written in this process, without the model: that takes tenths of a second. A model wants Ax, and so
    a process of its own and seconds to minutes; it is added afterwards.

    Args:
        every_s: Shortest time between two reports while the study runs, in s; these have no model.
        model: Whether the last one shows what the model says, if the study reached its total; ``auto`` for where that
            takes little of the study's time.

    Raises:
        InputError: If the time is not above 0, or ``model`` has another value.
    """

    def __init__(self, every_s: float = 600.0, *, model: bool | str = AUTO) -> None:
        what, remedy = f"callbacks.report.every_s={every_s} is no time", "Set callbacks.report.every_s=600"
        raise_faults(
            [
                *([] if every_s > 0 else [Fault(what, "it takes a number above 0, in s", remedy)]),
                *([] if model == AUTO else _model_faults(model)),
            ]
        )
        self._model = model
        self._throttle = Throttle(interval_s=every_s, starts_due=False)
        self._writer: subprocess.Popen[str] | None = None

    def on_trial_end(self, study: Study, trial: Trial) -> None:
        """Begin to write a report, unless that was done not long ago or goes on."""
        if self._writer is None or self._writer.poll() is not None:
            self._throttle.run(lambda: self._begin(study.paths.root, with_model=False))

    def on_study_end(self, study: Study) -> None:
        """Write the last report and say where it is; whoever stops a study is not kept waiting for one."""
        self._end(0.0)
        if study.interruption.is_requested:
            return
        path = study.paths.root / REPORT_FILE
        try:
            _write(study.paths.root, path)
        except (HpoError, OSError) as error:
            log.warning("There is no report: %s. To try again: %s", str(error).rstrip("."), _command(study))
            return
        if self._wants_model(study):
            self._begin(study.paths.root, with_model=True)
            if (fault := self._end(PATIENCE_S)) is not None:
                log.warning("The report has no model: %s. To try again: %s", fault, _command(study))
        log.info("Report: %s", shown(path))

    def _wants_model(self, study: Study) -> bool:
        if self._model != AUTO or not study.is_finished:
            return self._model is True and study.is_finished
        n_data = sum(trial.is_completed for trial in study.trials)
        return expected_s(n_data) <= SHARE * study.wall_s

    def _begin(self, root: Path, *, with_model: bool) -> None:
        self._writer = subprocess.Popen(  # noqa: S603 - this program
            [sys.executable, "-m", "hpo.report", str(root), *([] if with_model else ["--no-model"])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(import_path())},
        )
        with suppress(OSError):  # it is done already, or runs as everybody else
            os.setpriority(os.PRIO_PROCESS, self._writer.pid, NICENESS)

    def _end(self, timeout_s: float) -> str | None:
        """Wait for what writes, end it if that takes longer, and return what went wrong."""
        if self._writer is None:
            return None
        try:
            _, errors = self._writer.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self._writer.kill()
            self._writer.communicate()
            return f"it was not done after {timeout_s:g} s"
        return (errors.strip().splitlines() or ["it ended without a word"])[-1] if self._writer.returncode else None


def expected_s(n_data: int) -> float:
    """Return how long a report with a model takes, in s, on two processors as they were measured.

    Args:
        n_data: Completed trials.
    """
    return 10.0 + n_data / 50


def _write(root: Path, path: Path) -> None:
    from hpo.report.report import write_report  # noqa: PLC0415 - plotly takes tenths of a second to import

    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder")
    write_report(root, path, now=time.time(), with_model=False)


def _model_faults(model: object) -> list[Fault]:
    faults = flag_faults("callbacks.report.model", model, f"Set callbacks.report.model={AUTO}")
    return [fault._replace(allowed=f"it takes true, false or {AUTO}") for fault in faults]


def _command(study: Study) -> str:
    return f"python -m hpo.report {study.paths.root}"
