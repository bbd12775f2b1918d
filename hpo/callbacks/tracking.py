"""What every callback does that tells a tracking library of the trials."""

import logging
import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from hpo.callbacks.courier import Courier
from hpo.callbacks.tracked import Curve, Ended, Tracked
from hpo.errors import Fault, InputError
from hpo.study import Study, Trial
from hpo.study.observers import Observer
from hpo.study.reports import read_reports
from hpo.task import Metrics, Report

log = logging.getLogger(__name__)

PATIENCE_S = 30.0  # at the end of a session, for what is still to be told


class Tracking(Observer):
    """Base of the callbacks that tell a tracking library of the trials, a run each.

    The library is called on a thread of its own, so that no slot waits for it. When a call fails, that is said once and
    the study goes on; at its end, and whenever it is resumed, the trials that the library lacks are told from the
    journal. A trial keeps its run in all sessions.

    Attributes:
        key: Where it is configured.
        libraries: The modules that it needs.
        extra: The extra that brings them.
        is_live: Whether it is told of a trial while that runs, not only when it has ended.

    Raises:
        InputError: If a module is not installed.
    """

    key: ClassVar[str]
    libraries: ClassVar[tuple[str, ...]]
    extra: ClassVar[str]
    is_live = True

    def __init__(self) -> None:
        missing = [name for name in self.libraries if find_spec(name) is None]
        if missing:
            what = f"{self.key} needs {', '.join(missing)}, which is not installed"
            remedy = f"Type pip install 'hpo[{self.extra}]'"
            raise InputError(Fault(what, f"it comes with the extra {self.extra}", remedy))
        self._curves: dict[int, dict[int, Metrics]] = {}
        self._courier = Courier(self.key)
        self._has_complained = False
        self._begun: set[int] = set()  # this and the next are the courier's
        self._told: set[tuple[int, int]] = set()

    def reach(self) -> None:
        """Raise an error if it is known at once that the library cannot be told now; called before it is."""

    @abstractmethod
    def open(self, study: Tracked) -> None:
        """Connect, and find the runs that earlier sessions left."""

    @abstractmethod
    def has(self, index: int) -> bool:
        """Tell whether trial ``index`` has a run that is complete."""

    @abstractmethod
    def begin(self, trial: Trial, steps: Collection[int]) -> Collection[int]:
        """Give ``trial`` a run, or go on with the one that it has.

        Args:
            trial: The trial.
            steps: At which it has reported before, as far as it goes on from there.

        Returns:
            Those of ``steps`` that the run has.
        """

    @abstractmethod
    def report(self, index: int, step: int, metrics: Metrics) -> None:
        """Take what trial ``index``, which has begun, measured at ``step``."""

    @abstractmethod
    def end(self, ended: Ended) -> None:
        """Complete the run of a trial that has begun, and whose reports were all told."""

    @abstractmethod
    def look(self, root: Path) -> str:
        """Return what to type, or the address to open, to look at the runs of the study in ``root``."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything; trials that have not ended go on in another session."""

    def on_study_start(self, study: Study) -> None:
        """Begin to tell."""
        self._curves = _curves(study) if study.trials else {}
        self._catch_up(study, self._curves)

    def on_trial_start(self, study: Study, trial: Trial) -> None:
        """Pass it on."""
        self._complain_once()
        if trial.checkpoint is None:
            self._curves.pop(trial.index, None)  # of an attempt that this one does not go on from
        if self.is_live:
            self._send(partial(self._begin, trial, frozenset(self._curves.get(trial.index, ()))))

    def on_trial_report(self, study: Study, trial: Trial, report: Report) -> None:
        """Pass it on, and keep it."""
        self._complain_once()
        self._curves.setdefault(trial.index, {})[report.step] = report.metrics
        if self.is_live:
            self._send(partial(self._report, trial, report.step, report.metrics))

    def on_trial_end(self, study: Study, trial: Trial) -> None:
        """Pass it on."""
        self._complain_once()
        self._send(partial(self._end, Ended.of(study, trial, self._curves.pop(trial.index, {}))))

    def on_study_end(self, study: Study) -> None:
        """Tell what is left, and what could not be told before, for as long as patience lasts; say where to look."""
        if self._has_told_all(study):
            log.info("%s: %s", type(self).__name__, self.look(study.paths.root))
            return
        name = study.plan.name
        why = f" (no answer within {PATIENCE_S:g} s)" if self._courier.fault is None else ""
        remedy = f"python -m hpo restart=resume study={name}"
        log.warning("%s lacks trials of %s%s. To tell them: %s", self.key, name, why, remedy)

    def _has_told_all(self, study: Study) -> bool:
        deadline = time.monotonic() + PATIENCE_S
        self._send(self.close)
        if self._courier.end(PATIENCE_S):
            return True
        self._complain_once()
        if self._courier.fault is None:
            return False
        self._courier = Courier(self.key)
        self._catch_up(study, _curves(study))
        self._send(self.close)
        return self._courier.end(deadline - time.monotonic())

    def _send(self, errand: Callable[[], object]) -> None:
        def reach_and_do() -> None:
            self.reach()
            errand()

        self._courier.send(reach_and_do)

    def _catch_up(self, study: Study, curves: Mapping[int, Curve]) -> None:
        self._send(partial(self.open, Tracked.of(study)))
        ended = [Ended.of(study, trial, curves.get(trial.index, {})) for trial in study.trials if trial.outcome]
        self._send(partial(self._tell_missing, ended))

    def _complain_once(self) -> None:
        """Say in the study's thread what failed in the other one: there the standard output may be a trial's."""
        fault = self._courier.fault
        if fault is not None and not self._has_complained:
            self._has_complained = True
            why = (str(fault).strip().splitlines() or ["no reason given"])[0]
            log.warning("%s is told no more for now; the study goes on. %s: %s", self.key, type(fault).__name__, why)
            log.debug("%s in full", self.key, exc_info=fault)

    def _tell_missing(self, ended: Sequence[Ended]) -> None:
        for each in ended:
            if not self.has(each.trial.index):
                self._end(each)

    def _begin(self, trial: Trial, steps: Collection[int] = ()) -> None:
        if trial.index not in self._begun:
            self._told |= {(trial.index, step) for step in self.begin(trial, steps)}
            self._begun.add(trial.index)

    def _report(self, trial: Trial, step: int, metrics: Metrics) -> None:
        self._begin(trial)
        self.report(trial.index, step, metrics)
        self._told.add((trial.index, step))

    def _end(self, ended: Ended) -> None:
        self._begin(ended.trial, ended.curve.keys())
        for step, metrics in sorted(ended.curve.items()):
            if (ended.trial.index, step) not in self._told:
                self._report(ended.trial, step, metrics)
        self.end(ended)
        self._told -= {(ended.trial.index, step) for step in ended.curve}
        self._begun.discard(ended.trial.index)


def typed_with(package: str, command: str, module: str) -> str:
    """Return ``command`` and, where its ``module`` is not installed, the ``package`` that brings it."""
    return command if find_spec(module) else f"{command} (with pip install {package})"


def _curves(study: Study) -> dict[int, dict[int, Metrics]]:
    """Return what the trials have reported, by trial and step."""
    curves: dict[int, dict[int, Metrics]] = {}
    for index, report in read_reports(study.paths.journal):
        curves.setdefault(index, {})[report.step] = report.metrics
    return curves
