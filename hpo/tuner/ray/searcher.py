"""The study as a Ray Tune searcher: suggest is ask, on_trial_complete is tell."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from ray.tune.search import Searcher

from hpo.study import Outcome, Status, Study, Trial
from hpo.task import Report
from hpo.tuner.ray.stateless import Stateless
from hpo.worker import Assignment

# Keys of a result. Their values are JSON texts: Ray flattens nested values on some of the ways to a searcher.
REPORT, OUTCOME = "report", "outcome"
QUIET_S = 0.15  # after so long without an event of a trial there is a pause


class StudySearcher(Stateless, Searcher):  # type: ignore[misc]  # Ray ships no types
    """Hands a study's trials to Ray Tune.

    Attributes:
        index_of: The trial's index by Ray's trial id.
        arrived: Outcomes of trials whose worker has not yet returned, by Ray's trial id.
    """

    def __init__(self, study: Study, assign: Callable[[Trial], Assignment]) -> None:
        super().__init__(metric=None, mode=None)
        self._study = study
        self._assign = assign
        self.index_of: dict[str, int] = {}
        self.arrived: dict[str, Outcome] = {}
        self._last_event = time.monotonic()

    def suggest(self, trial_id: str) -> Mapping[str, object] | str | None:
        """Return the next trial's assignment; None for "not now"; FINISHED when none will follow."""
        trial = self._study.ask()
        if trial is None:
            if self._study.is_asked_out:
                return str(Searcher.FINISHED)
            self._use_pause()
            return None
        self._last_event = time.monotonic()
        self.index_of[trial_id] = trial.index
        return asdict(self._assign(trial))

    def on_trial_result(self, trial_id: str, result: Mapping[str, object]) -> None:
        """Pass a progress report on to the study."""
        self._last_event = time.monotonic()
        if REPORT in result:
            self._study.report(self.index_of[trial_id], Report(**json.loads(str(result[REPORT]))))
        if OUTCOME in result:
            self.arrived[trial_id] = Outcome.from_json(json.loads(str(result[OUTCOME])))

    def on_trial_complete(self, trial_id: str, result: Mapping[str, object] | None = None, error: bool = False) -> None:
        """Tell the study the outcome; one whose worker died is told by the callback, which knows why."""
        self._last_event = time.monotonic()
        if error:
            return
        missing = Outcome(Status.CRASHED, reason="the worker ended without an outcome")
        self._study.tell(self.index_of[trial_id], self.arrived.pop(trial_id, missing))

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
