"""What the events of a journal add up to: the trials and the sessions of a study.

    session     a run of the program begins: schema, mode, num_trials, slots, seed, session, host, pid
    suggested   a trial was asked for: index, parameters, generation_s, n_unseen (outcomes since it was made)
    imported    a trial of another source is taken over: index, parameters, metrics, source
    started     a worker begins it: index, attempt, node (of a cluster)
    reported    it says how far it is: index, step, metrics, checkpoint
    completed   it ended with data: index and an outcome
    failed      it ended without, or was stopped early: index and an outcome
    abandoned   it will not be run to its end: index and an outcome
    requeued    it will be run again: index, attempt, reason, is_retry (whether it counts against failures.retries)
    extended    the study was given another total or another space: num_trials, changes
    closed      a run of the program ends in order: reason

Schema 1 knew neither imported, abandoned, requeued, extended nor closed, and fewer fields.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from hpo.errors import DamagedStudyError
from hpo.study.attempts import Attempts
from hpo.study.journal import SCHEMA, Event, read_events
from hpo.study.trial import Outcome, Status, Trial


@dataclass
class SessionRecord:
    """One run of the program, as the journal tells it.

    Attributes:
        began: When, seconds since 1970.
        mode: How the study was opened: new, resume, …
        slots: Trials in flight at most.
        name: Its folder below ``sessions/``.
        host, pid: Where it ran.
        first_start: When its first trial began, of those that ended; None without one.
        last_end: When the last of them ended.
        busy_s: The sum of their seconds.
        closed: Why it ended; None while it runs, or if it was killed.
    """

    began: float
    mode: str = "new"
    slots: int = 1
    name: str = ""
    host: str = ""
    pid: int = 0
    first_start: float | None = None
    last_end: float = 0.0
    busy_s: float = 0.0
    closed: str | None = None

    @property
    def wall_s(self) -> float:
        """Seconds from the first start to the last end."""
        return 0.0 if self.first_start is None else self.last_end - self.first_start


@dataclass
class Ledger:
    """The state of a study, event by event.

    Attributes:
        trials: Every trial so far, by index.
        sessions: The runs of the program, oldest first.
        generation_s: Seconds that each suggestion took to generate.
        n_unseen: How many outcomes came in after each was made.
        n_retries: How often each trial was run again for a fault outside of it.
        attempts: Every attempt at a trial that a worker began.
        began_at: When the current attempt of a trial that runs began, by index; seconds since 1970, driver's clock.
        last_time: When the last event happened, seconds since 1970.
    """

    trials: dict[int, Trial] = field(default_factory=dict)
    sessions: list[SessionRecord] = field(default_factory=list)
    generation_s: list[float] = field(default_factory=list)
    n_unseen: list[int] = field(default_factory=list)
    n_retries: Counter[int] = field(default_factory=Counter)
    attempts: Attempts = field(default_factory=Attempts)
    began_at: dict[int, float] = field(default_factory=dict)
    last_time: float = 0.0
    _n_asked: int = 0

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """Return what ``events`` add up to.

        Raises:
            DamagedStudyError: If an event contradicts those before it, or was written by a later version.
        """
        ledger = cls()
        for number, event in enumerate(events, start=1):
            try:
                ledger.apply(event)
            except (KeyError, TypeError, ValueError) as error:
                raise DamagedStudyError(
                    f"The journal's line {number} makes no sense: {dict(event)} ({type(error).__name__}: {error}; each "
                    f"event follows from those before it). Restore the journal from a backup."
                ) from error
        return ledger

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what the journal at ``path`` adds up to; it may be written at the same time.

        Raises:
            FileNotFoundError: If there is no journal.
            DamagedStudyError: If it is damaged, or was written by a later version.
        """
        return cls.of(read_events(path))

    @property
    def n_asked(self) -> int:
        """How many trials were asked for here; those taken over from elsewhere do not count."""
        return self._n_asked

    @property
    def unfinished(self) -> Sequence[int]:
        """The indices of the trials without an outcome, in order."""
        return [index for index, trial in sorted(self.trials.items()) if trial.outcome is None]

    def timed(self, index: int, outcome: Outcome) -> Outcome:
        """Return ``outcome`` with the driver's times if the worker of trial ``index`` could not send its own."""
        began_at = self.began_at.get(index)
        if outcome.started_at is not None or began_at is None:
            return outcome
        return replace(outcome, started_at=began_at, seconds=time.time() - began_at)

    def apply(self, event: Event) -> None:
        """Take one event.

        Raises:
            KeyError, TypeError, ValueError: If it is about an unknown trial, or not of the form above.
        """
        self.last_time = float(_number(event["time"]))
        handler = _HANDLERS.get(str(event["event"]))
        if handler is None:
            raise ValueError("no such event")
        handler(self, event)

    def _session(self, event: Event) -> None:
        if _number(event.get("schema", 1)) > SCHEMA:
            raise DamagedStudyError(
                f"The study was written by a later version of this program (schema {event['schema']}; this one reads "
                f"up to {SCHEMA}). Update the program."
            )
        names = ("mode", "slots", "host", "pid")
        given: dict[str, Any] = {name: event[name] for name in names if name in event}
        self.attempts.cut_all(self.last_time)
        self.sessions.append(SessionRecord(began=self.last_time, name=str(event.get("session", "")), **given))

    def _suggested(self, event: Event) -> None:
        self.attempts.ready(self._add(event).index, self.last_time)
        self._n_asked += 1
        self.generation_s.append(float(_number(event["generation_s"])))
        self.n_unseen.append(int(_number(event.get("n_unseen", 0))))

    def _imported(self, event: Event) -> None:
        metrics = {name: float(value) for name, value in _mapping(event["metrics"]).items()}
        outcome = Outcome(Status.COMPLETED, metrics)
        self._add(event, outcome=outcome, source=str(event["source"]))

    def _add(self, event: Event, **more: Any) -> Trial:
        index = int(_number(event["index"]))
        if index != len(self.trials):
            raise ValueError(f"the next index is {len(self.trials)}")
        trial = self.trials[index] = Trial(index, _mapping(event["parameters"]), **more)
        return trial

    def _started(self, event: Event) -> None:
        trial = self._change(event)
        self.began_at[trial.index] = self.last_time
        self.attempts.begin(trial, len(self.sessions) - 1, self.last_time, event.get("node"))

    def _reported(self, event: Event) -> None:
        if event.get("checkpoint") is not None:
            self._change(event, checkpoint=str(event["checkpoint"]))

    def _ended(self, event: Event) -> None:
        outcome = Outcome.from_json(event)
        trial = self._change(event, outcome=outcome)
        self.began_at.pop(trial.index, None)
        self.attempts.end(trial, outcome, len(self.sessions) - 1, self.last_time)
        if self.sessions and outcome.started_at is not None:
            session = self.sessions[-1]
            session.first_start = min(session.first_start or outcome.started_at, outcome.started_at)
            session.last_end = max(session.last_end, outcome.started_at + outcome.seconds)
            session.busy_s += outcome.seconds

    def _requeued(self, event: Event) -> None:
        trial = self._change(event, outcome=None, attempt=int(_number(event["attempt"])))
        self.began_at.pop(trial.index, None)
        self.attempts.ready(trial.index, self.last_time)
        self.n_retries[trial.index] += bool(event.get("is_retry"))

    def _extended(self, event: Event) -> None:
        """Keep nothing: the new total and the new space are in study.yaml, this is for people."""

    def _closed(self, event: Event) -> None:
        if self.sessions:
            self.sessions[-1].closed = str(event["reason"])

    def _change(self, event: Event, **changes: Any) -> Trial:
        index = int(_number(event["index"]))
        trial = self.trials[index] = replace(self.trials[index], **changes)
        return trial


_HANDLERS: Mapping[str, Callable[[Ledger, Event], None]] = {
    "session": Ledger._session,  # noqa: SLF001 - the table of this class's own methods
    "suggested": Ledger._suggested,  # noqa: SLF001
    "imported": Ledger._imported,  # noqa: SLF001
    "started": Ledger._started,  # noqa: SLF001
    "reported": Ledger._reported,  # noqa: SLF001
    "completed": Ledger._ended,  # noqa: SLF001
    "failed": Ledger._ended,  # noqa: SLF001
    "abandoned": Ledger._ended,  # noqa: SLF001
    "requeued": Ledger._requeued,  # noqa: SLF001
    "extended": Ledger._extended,  # noqa: SLF001
    "closed": Ledger._closed,  # noqa: SLF001
}


def _number(value: object) -> float:
    if isinstance(value, int | float):
        return value
    raise TypeError(f"{value!r} is no number")


def _mapping(value: object) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise TypeError(f"{value!r} is no mapping")
