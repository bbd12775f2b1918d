"""How a study stands: whether it runs, has ended, or waits to be resumed."""

import math
from dataclasses import dataclass
from enum import StrEnum

from hpo.status.wording import duration
from hpo.study import Results
from hpo.study.holder import Holder
from hpo.study.ledger import SessionRecord

FINISHED = "finished"  # the reason with which a session ends that leaves nothing to run
_STOPPED = {FINISHED: "extended, not run yet", "stopped": "stopped"}  # by the reason of the last session's end


class State(StrEnum):
    """How a study stands."""

    NOT_BEGUN = "not begun"  # it was made, and no session got so far as to run it
    RUNNING = "running"
    SILENT = "silent"  # a process on another host has it and gave no sign of life for long
    STOPPED = "stopped"  # in order, before its total
    KILLED = "killed"
    UNKNOWN = "unknown"  # version 0.1.0 did not record how a session ended
    FINISHED = "finished"


@dataclass(frozen=True)
class Session:
    """One run of the program and how it ended.

    Attributes:
        record: What the journal tells of it.
        end: How it ended, or that it runs.
    """

    record: SessionRecord
    end: str


def is_exhausted(results: Results) -> bool:
    """Tell whether the study ended before its total because its space has no untried point left."""
    sessions = results.ledger.sessions
    ended = bool(sessions) and sessions[-1].closed == FINISHED
    return ended and results.n_unasked > 0 and math.isfinite(results.space.n_points)


def n_left(results: Results) -> int:
    """Return how many trials are left to run: those without an outcome, and those never asked for."""
    n_unasked = 0 if is_exhausted(results) else results.n_unasked
    return n_unasked + len(results.ledger.unfinished)


def state_of(results: Results, holder: Holder | None) -> State:
    """Return how the study stands.

    Args:
        results: What its journal tells.
        holder: Who runs it, or None.
    """
    sessions = results.ledger.sessions
    if holder is not None:
        return State.RUNNING if holder.is_active else State.SILENT
    if not n_left(results):
        return State.FINISHED
    if not sessions:
        return State.NOT_BEGUN
    if sessions[-1].closed is not None:
        return State.STOPPED
    return State.KILLED if sessions[-1].host else State.UNKNOWN


def wording_of(state: State, results: Results, holder: Holder | None) -> str:
    """Return the state in words, with the reason where there is one."""
    sessions = results.ledger.sessions
    if state is State.SILENT and holder is not None:
        return f"silent ({holder}, no sign of life for {duration(holder.silent_s)})"
    if state is State.RUNNING and holder is not None:
        return f"running ({holder.seen})"
    if state is State.FINISHED and is_exhausted(results):
        return "finished (the space has no untried point left)"
    if state is State.STOPPED:
        reason = sessions[-1].closed
        return _STOPPED.get(str(reason), f"stopped ({reason})")
    return "no end recorded" if state is State.UNKNOWN else str(state)


def sessions_of(results: Results, holder: Holder | None, now: float) -> list[Session]:
    """Return the sessions, oldest first, with how each ended.

    Args:
        results: What the journal tells.
        holder: Who runs the study, or None.
        now: Seconds since 1970.
    """
    records = results.ledger.sessions
    ends = [_end(record) for record in records]
    if (
        records
        and holder is not None
        and records[-1].closed is None
        and holder.is_of(records[-1].pid, records[-1].host)
    ):
        ago = duration(max(0.0, now - results.ledger.last_time))
        ends[-1] = "running" if holder.is_here else f"on {holder.host}, last event {ago} ago"
    return [Session(record, end) for record, end in zip(records, ends, strict=True)]


def _end(record: SessionRecord) -> str:
    if record.closed is not None:
        return record.closed
    return "was killed" if record.host else "end not recorded"
