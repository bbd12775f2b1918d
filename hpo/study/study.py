"""The study: asks for suggestions, is told outcomes, and loses neither."""

import logging
import os
import socket
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hpo.errors import StorageError, StudyLostError
from hpo.failures import Failures
from hpo.interruption import Interruption
from hpo.objective import Objective
from hpo.space import SearchSpace
from hpo.study.history import History
from hpo.study.journal import SCHEMA
from hpo.study.observers import Observer, Observers
from hpo.study.paths import StudyPaths
from hpo.study.plan import Plan
from hpo.study.proposer import Proposer
from hpo.study.results import Results
from hpo.study.retries import Retries
from hpo.study.screening import data_of, screened
from hpo.study.state_files import StateFiles
from hpo.study.stopping import Stopping
from hpo.study.trial import Outcome, Status, Trial, strict_numbers
from hpo.study.trial_directory import make_directory
from hpo.task import Report

log = logging.getLogger(__name__)


class Study(Results):
    """One question: a space, an objective, a budget of trials, and what is known so far.

    It speaks ask and tell and knows nothing of Ray. A suggestion is in the journal before its parameters leave
    :meth:`ask`; an outcome is there before the proposer hears of it. All calls come from one thread.

    Attributes:
        paths: Where it is kept.
        session: The directory of this run of the program, below ``sessions/``.
        failures: The rules for trials that end badly.
        interruption: What may ask it to stop.

    Args:
        history: What has happened so far; its unfinished trials are run first.
        proposer: Knows the same history.
        mode: How the study was opened, for the journal.
    """

    def __init__(
        self,
        plan: Plan,
        paths: StudyPaths,
        session: Path,
        *,
        space: SearchSpace,
        objective: Objective,
        proposer: Proposer,
        history: History,
        observers: Mapping[str, Observer] | None = None,
        failures: Failures | None = None,
        interruption: Interruption | None = None,
        mode: str = "new",
    ) -> None:
        super().__init__(plan, space, objective, history.ledger)
        self.paths = paths
        self.session = session
        self.failures = failures or Failures()
        self.interruption = interruption or Interruption()
        self._stopping = Stopping(self.interruption, self.failures)
        self._mode = mode
        self._proposer = proposer
        self._history = history
        self._observers = Observers(observers or {})
        self._waiting = deque(history.ledger.unfinished)
        self._running: set[int] = set()
        self._retries = Retries(history, self.failures.retries, plan.slots)
        self._has_news = False
        self._is_exhausted = False
        self._files = StateFiles(self, paths, proposer)

    @property
    def n_running(self) -> int:
        """How many trials were asked for and not told yet."""
        return len(self._running)

    @property
    def is_stopping(self) -> bool:
        """Whether nothing new begins, although trials are left."""
        return self._stopping.has_begun

    @property
    def is_overdue(self) -> bool:
        """Whether it stops, and the time of grace for the trials that run is over."""
        return self._stopping.is_overdue

    @property
    def stop_reason(self) -> str | None:
        """Why it stops of its own accord before its total; None if it does not."""
        return self._stopping.reason

    @property
    def is_asked_out(self) -> bool:
        """Whether no further trial will be asked for: the study stops, or all were asked for, or no point is left."""
        return self.is_stopping or (not self._waiting and (self._is_exhausted or not self.n_unasked))

    @property
    def is_finished(self) -> bool:
        """Whether all that was asked for has ended."""
        return (self._is_exhausted or not self.n_unasked) and not self.ledger.unfinished

    def begin(self) -> None:
        """Open a session: journal it and tell the observers."""
        size = {"num_trials": self.plan.num_trials, "slots": self.plan.slots, "seed": self.plan.seed}
        place = {"session": self.session.name, "host": socket.gethostname(), "pid": os.getpid()}
        self._history.write("session", schema=SCHEMA, mode=self._mode, **size, **place)
        self._observers.on_study_start(self)

    def ask(self) -> Trial | None:
        """Return the next trial to run, or None: no slot is free, no suggestion is ready, or no trial will follow.

        Trials of an earlier session that did not end come first, under their own index.

        Raises:
            StorageError: If the study's directory cannot be written.
        """
        self._note_room()
        if self.is_asked_out or self.n_running >= self.plan.slots:
            return None
        index = self._waiting.popleft() if self._waiting else self._suggested()
        if index is None:
            self._is_exhausted = self._proposer.is_exhausted
            if self._is_exhausted:
                log.warning("The space has no untried point left: the study ends with %d trials.", self.ledger.n_asked)
            return None
        self._running.add(index)
        trial = self.ledger.trials[index]
        make_directory(self.paths, trial)
        return trial

    def wait(self, timeout_s: float) -> None:
        """Wait up to ``timeout_s`` for a suggestion that :meth:`ask` found not to be ready."""
        self._proposer.wait(timeout_s)

    def start(self, index: int, **place: str) -> None:
        """Take note that a worker begins trial ``index``, on the ``node`` of that name if there are several."""
        # An attempt is lost with the power whether or not it is known when it began.
        self._history.note("started", index=index, attempt=self.ledger.trials[index].attempt, **place)
        self._observers.on_trial_start(self, self.ledger.trials[index])

    def report(self, index: int, report: Report) -> None:
        """Take a progress report of the running trial ``index``; one of a trial that ended is dropped."""
        if self.ledger.trials[index].outcome is not None:
            return
        metrics = strict_numbers(report.metrics)
        write = self._history.note if report.checkpoint is None else self._history.write
        write("reported", index=index, step=report.step, metrics=metrics, checkpoint=report.checkpoint)
        self._note_room()
        self._observers.on_trial_report(self, self.ledger.trials[index], report)

    def tell(self, index: int, outcome: Outcome) -> Trial:
        """Take the outcome of trial ``index``. A second one for the same index changes nothing.

        Returns:
            The trial with its outcome; a completed one whose metrics are no data is invalid instead. After a fault
            outside the trial it has none: it will be run again, now or when the study is resumed.

        Raises:
            KeyError: If no such trial was asked for.
            StorageError: If the journal cannot be written.
        """
        trial = self.ledger.trials[index]
        if trial.outcome is not None:
            return trial
        if outcome.is_transient and outcome.status is not Status.COMPLETED:
            if self.is_stopping:
                return self.leave(index)
            if self._retries.requeue(index, outcome):
                self._waiting.append(index)
                return self.leave(index)
        outcome = self.ledger.timed(index, screened(outcome, self.space, self.objective))
        self._history.end(index, outcome)
        return self._ended_now(self.ledger.trials[index], outcome)

    def leave(self, index: int) -> Trial:
        """Take note that the attempt at trial ``index`` was ended to be continued when the study is resumed."""
        self._running.discard(index)
        return self.ledger.trials[index]

    def pause(self) -> None:
        """Do what can wait while trials run: generate suggestions ahead, save the state."""
        if not self.is_asked_out:
            self._proposer.prepare(self.n_unasked)
        if self._has_news:
            self._files.save_if_due()

    def end(self) -> None:
        """Close the session: state saved, files closed, observers told."""
        try:
            with suppress(StorageError, StudyLostError):  # whoever drove the study has met them already
                self._history.check()
                self._files.save_all()
                why = self.stop_reason or self.interruption.name or "stopped"
                self._history.write("closed", reason="finished" if self.is_finished else why)
        finally:
            self.close()
        self._observers.on_study_end(self)

    def close(self) -> None:
        """End what proposes and let others have the study. Closing twice is allowed."""
        try:
            self._proposer.close()
        finally:
            self._history.close()

    def _suggested(self) -> int | None:
        n_free = self.plan.slots - self.n_running
        suggestion = self._proposer.suggest(self.n_unasked, min(n_free, self.n_unasked))
        if suggestion is None:
            return None
        self._history.write(
            "suggested",
            index=suggestion.index,
            parameters=dict(suggestion.parameters),
            generation_s=round(suggestion.generation_s, 6),
            n_unseen=suggestion.n_unseen,
        )
        return suggestion.index

    def _ended_now(self, trial: Trial, outcome: Outcome) -> Trial:
        self._running.discard(trial.index)
        self._stopping.count(outcome.status)
        self._has_news = True
        if (data := data_of(trial, self.objective)) is None:
            self._proposer.fail(trial.index, outcome.reason or str(outcome.status))
        else:
            self._proposer.complete(trial.index, data)
        self._consider(trial)
        self._note_room()
        self._observers.on_trial_end(self, trial)
        return trial

    def _note_room(self) -> None:
        if self._history.is_short:
            self._stopping.begin("the disk is full")
