"""Every attempt at a trial: when its parameters were there, when a worker had it, when its end was journalled."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hpo.study.trial import Outcome, Status, Trial


@dataclass(frozen=True)
class Attempt:
    """One attempt at a trial that a worker began; times are in seconds since 1970.

    Attributes:
        index: The trial's index.
        number: Which attempt at the trial it is, from 1.
        session: The number of the session in which it began, from 0.
        ready_at: When its trial was suggested or queued again, driver's clock; minus infinity if that is not known.
        began_at: When its task began, worker's clock; the driver's where the worker did not tell.
        ended_at: When its task ended, by the same clock; infinity while that is not known.
        told_at: When its end was journalled, driver's clock; infinity before.
        status: How it ended; None without an outcome: it runs, or it was cut off.
        node: The node of a cluster on which it ran; None if there is only one machine.
    """

    index: int
    number: int
    session: int
    ready_at: float
    began_at: float
    ended_at: float = math.inf
    told_at: float = math.inf
    status: Status | None = None
    node: str | None = None


@dataclass
class Attempts:
    """The attempts of a study, event by event.

    Attributes:
        past: Those that ended, with an outcome or without, in the order in which that was journalled.
    """

    past: list[Attempt] = field(default_factory=list)
    _ready: dict[int, float] = field(default_factory=dict)
    _open: dict[int, Attempt] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Attempt]:
        """Yield all that began: the past ones, then those that run."""
        yield from self.past
        yield from self._open.values()

    def ready(self, index: int, time: float) -> None:
        """Take note that trial ``index`` can be run; an attempt at it that ran is cut off."""
        self._cut(index, time)
        self._ready[index] = time

    def begin(self, trial: Trial, session: int, time: float, node: object = None) -> None:
        """Take note that a worker has the trial."""
        self._open[trial.index] = Attempt(
            trial.index, trial.attempt, session, self._ready_at(trial), time, node=None if node is None else str(node)
        )

    def end(self, trial: Trial, outcome: Outcome, session: int, time: float) -> None:
        """Take note of an outcome; one of a trial that never began is no attempt."""
        if outcome.started_at is None:
            self._cut(trial.index, time)
            return
        begun = self._open.pop(trial.index, None)
        self.past.append(
            Attempt(
                index=trial.index,
                number=trial.attempt,
                session=session,
                ready_at=self._ready_at(trial),
                began_at=outcome.started_at,
                ended_at=outcome.started_at + outcome.seconds,
                told_at=time,
                status=outcome.status,
                node=None if begun is None else begun.node,
            )
        )

    def cut_all(self, time: float) -> None:
        """Take note that nothing runs any more: another session begins."""
        for index in list(self._open):
            self._cut(index, time)

    def _cut(self, index: int, time: float) -> None:
        attempt = self._open.pop(index, None)
        if attempt is not None:
            self.past.append(replace(attempt, ended_at=time, told_at=time))

    def _ready_at(self, trial: Trial) -> float:
        return self._ready.get(trial.index, -math.inf)
