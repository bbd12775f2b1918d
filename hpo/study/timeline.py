"""Which slot ran what and when, and what it waited for in between: reconstructed from the journal alone."""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hpo.study.attempts import Attempt
from hpo.study.ledger import Ledger, SessionRecord

# Why a slot is idle; docs/speed.md explains each to people.
CAUSES = ("start", "store", "candidate", "process", "unfinished", "end")


@dataclass(frozen=True)
class Waits:
    """What a slot waited for between two attempts, in s.

    Attributes:
        store: From the end of the attempt before until its outcome was journalled.
        candidate: From then until the trial that follows was suggested; 0 if it was before.
        process: From then until its task began.
    """

    store: float = 0.0
    candidate: float = 0.0
    process: float = 0.0


@dataclass(frozen=True)
class Turn:
    """One attempt in its slot.

    Attributes:
        attempt: What ran.
        slot: Its slot, from 0; each session has its own.
        began_s: When it began, in s since the session's first start.
        seconds: How long the slot was taken, in s: all the attempt's time, or what lies in the session's wall time if
            it has no outcome.
        waits: What the slot waited for before it; nothing before a slot's first attempt.
    """

    attempt: Attempt
    slot: int
    began_s: float
    seconds: float
    waits: Waits

    def to_json(self) -> dict[str, object]:
        """Return the turn as plain JSON values."""
        status = self.attempt.status
        return {
            "slot": self.slot,
            "trial_index": self.attempt.index,
            "attempt": self.attempt.number,
            "session": self.attempt.session,
            "status": "unfinished" if status is None else str(status),
            "began": round(self.began_s, 4),
            "seconds": round(self.seconds, 4),
            "wait_store_s": round(self.waits.store, 4),
            "wait_candidate_s": round(self.waits.candidate, 4),
            "wait_process_s": round(self.waits.process, 4),
            "node": self.attempt.node,
        }


@dataclass(frozen=True)
class Timeline:
    """What the slots of a study did.

    Attributes:
        turns: The attempts that are over, session by session, in the order in which they began.
        idle_s: Seconds of slots without a trial that came to an outcome, by cause; all of :data:`CAUSES`. With the
            trials' seconds they add up to slots times wall time, as far as the clocks of driver and workers agree.
    """

    turns: Sequence[Turn]
    idle_s: Mapping[str, float]

    @classmethod
    def of(cls, ledger: Ledger) -> "Timeline":
        """Return the timeline of the study with this history; the time it takes is linear in the attempts."""
        by_session: dict[int, list[Attempt]] = defaultdict(list)
        for attempt in ledger.attempts:
            by_session[attempt.session].append(attempt)
        turns: list[Turn] = []
        idle_s = dict.fromkeys(CAUSES, 0.0)
        for number, record in enumerate(ledger.sessions):
            if record.first_start is not None:
                slots = _Slots(record, record.first_start, idle_s)
                turns.extend(slots.assigned(by_session[number]))
        return cls([turn for turn in turns if math.isfinite(turn.attempt.told_at)], idle_s)


class _Slots:
    """The slots of one session; each attempt goes to the one whose end was journalled first.

    That is the one that the driver gave it: it handles one end after the other, and asks for a trial after each.
    """

    def __init__(self, record: SessionRecord, first: float, idle_s: dict[str, float]) -> None:
        self._first, self._last = first, record.last_end
        self._idle_s = idle_s
        self._free = [(-math.inf, slot, first) for slot in range(record.slots)]  # told_at, slot, free_at

    def assigned(self, attempts: Sequence[Attempt]) -> Iterator[Turn]:
        """Yield each attempt in its slot, and add up the idle time."""
        for attempt in sorted(map(self._clipped, attempts), key=lambda attempt: (attempt.began_at, attempt.index)):
            yield self._turn(attempt)
        for _, _, free_at in self._free:
            self._idle_s["end"] += max(0.0, self._last - free_at)

    def _turn(self, attempt: Attempt) -> Turn:
        told_at, slot, free_at = self._free[0]
        seconds = attempt.ended_at - attempt.began_at
        # Clocks of several nodes disagree: what seems to begin before its slot is free begins when it is.
        gap = max(0.0, attempt.began_at - free_at)
        heapq.heapreplace(self._free, (attempt.told_at, slot, free_at + gap + seconds))
        waits = Waits() if told_at == -math.inf else _divided(gap, told_at - free_at, attempt.ready_at - told_at)
        if told_at == -math.inf:
            self._idle_s["start"] += gap
        for cause, share in vars(waits).items():
            self._idle_s[cause] += share
        if attempt.status is None:
            self._idle_s["unfinished"] += seconds
        return Turn(attempt, slot, attempt.began_at - self._first, seconds, waits)

    def _clipped(self, attempt: Attempt) -> Attempt:
        """Return an attempt without an outcome as far as it lies in the wall time; the others do."""
        if attempt.status is not None:
            return attempt
        began_at = min(max(attempt.began_at, self._first), self._last)
        return replace(attempt, began_at=began_at, ended_at=max(began_at, min(attempt.ended_at, self._last)))


def _divided(gap: float, until_told: float, until_ready: float) -> Waits:
    store = min(max(0.0, until_told), gap)
    candidate = min(max(0.0, until_ready), gap - store)
    return Waits(store, candidate, gap - store - candidate)
