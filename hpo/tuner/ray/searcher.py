"""The study as a Ray Tune searcher: suggest is ask, on_trial_complete is tell."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from ray.tune.search import Searcher

from hpo.study import Outcome, Status, Study, Trial
from hpo.task import Report
from hpo.tuner.ray.stateless import Stateless
from hpo.worker import Assignment

# Keys of a result. Their values are JSON texts: Ray flattens nested values on some of the ways to a searcher.
REPORT, OUTCOME = "report", "outcome"
PATIENCE_S = 5.0  # for a suggestion while nothing runs; then Ray has its turn
QUIET_S = 0.15  # after so long without an event of a trial there is a pause


class StudySearcher(Stateless, Searcher):  # type: ignore[misc]  # Ray ships no types
    """Hands a study's trials to Ray Tune.

    Attributes:
        index_of: The trial's index by Ray's trial id; each attempt is a trial of its own for Ray.
        arrived: Outcomes of trials whose worker has not yet returned, by Ray's trial id; None for an attempt that was
            interrupted.
        fault: What the study raised; Ray replaces it by an error of its own.
    """

    def __init__(self, study: Study, assign: Callable[[Trial], Assignment]) -> None:
        super().__init__(metric=None, mode=None)
        self._study = study
        self._assign = assign
        self._names: dict[str, str] = {}
        self.index_of: dict[str, int] = {}
        self.arrived: dict[str, Outcome | None] = {}
        self.fault: BaseException | None = None
        self._last_event = time.monotonic()

    def suggest(self, trial_id: str) -> Mapping[str, object] | str | None:
        """Return the next trial's assignment; None for "not now"; FINISHED when none will follow."""
        with self.noted():
            trial = self._asked()
            if trial is None:
                if self._study.is_asked_out and (self._study.is_stopping or not self._study.n_running):
                    return str(Searcher.FINISHED)
                self._use_pause()  # a trial that runs may have to be run again
                return None
            self._last_event = time.monotonic()
            self.index_of[trial_id] = trial.index
            self._names[trial_id] = f"{trial.index:04d}" + (f".{trial.attempt}" if trial.attempt > 1 else "")
            return asdict(self._assign(trial))

    def _asked(self) -> Trial | None:
        """Return the next trial. While nothing runs, wait for it: Ray would look again a second later."""
        deadline = time.monotonic() + PATIENCE_S
        while (trial := self._study.ask()) is None:
            if self._study.n_running or self._study.is_asked_out or time.monotonic() > deadline:
                break
            self._study.wait(QUIET_S)
        return trial

    def name(self, trial_id: str) -> str:
        """Return what Ray calls the attempt in its own files: 0007, or 0007.2 for the second."""
        return self._names[trial_id]

    def on_trial_result(self, trial_id: str, result: Mapping[str, object]) -> None:
        """Pass a progress report on to the study."""
        self._last_event = time.monotonic()
        with self.noted():
            if REPORT in result:
                self._study.report(self.index_of[trial_id], Report(**json.loads(str(result[REPORT]))))
            if OUTCOME in result:
                outcome = json.loads(str(result[OUTCOME]))
                self.arrived[trial_id] = None if outcome is None else Outcome.from_json(outcome)

    def on_trial_complete(self, trial_id: str, result: Mapping[str, object] | None = None, error: bool = False) -> None:
        """Tell the study the outcome; one whose worker died is told by the callback, which knows why."""
        self._last_event = time.monotonic()
        if not error:
            self.tell(trial_id, Outcome(Status.CRASHED, reason="the worker ended without an outcome"))

    def tell(self, trial_id: str, otherwise: Outcome) -> None:
        """Tell the study the outcome that arrived from the trial's worker, or ``otherwise`` if none did."""
        with self.noted():
            outcome = self.arrived.pop(trial_id, otherwise)
            if outcome is None:
                self._study.leave(self.index_of[trial_id])
            else:
                self._study.tell(self.index_of[trial_id], outcome)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep in :attr:`fault` what is raised in this block."""
        try:
            yield
        except BaseException as error:
            self.fault = error
            raise

    def _use_pause(self) -> None:
        # Trials that started together end together: what can wait has to wait until all of them go on.
        if time.monotonic() - self._last_event > QUIET_S:
            self._study.pause()

    def save(self, checkpoint_path: str) -> None:
        """Write an empty file, which Ray wants: the study's journal is the record."""
        Path(checkpoint_path).write_bytes(b"")

    def restore(self, checkpoint_path: str) -> None:
        """Refuse: nothing is kept in Ray's own files.

        Raises:
            RuntimeError: Always.
        """
        raise RuntimeError(f"{checkpoint_path} holds no state")
