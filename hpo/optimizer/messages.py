"""What a study's program and the process that proposes say to each other, pickled, over a pair of sockets."""

from dataclasses import dataclass
from pathlib import Path

from hpo.optimizer.setup import Setup
from hpo.study.proposer import Suggestion
from hpo.task import Metrics


@dataclass(frozen=True)
class Wanted:
    """So many more slots are free and wait; fewer, if the number is negative."""

    n: int


@dataclass(frozen=True)
class Asked:
    """Trial ``index`` was given to a slot, at a time of the program's clock, in s."""

    index: int
    at: float


@dataclass(frozen=True)
class Told:
    """Trial ``index`` ended at that time, with data or without."""

    index: int
    at: float
    data: Metrics | None


@dataclass(frozen=True)
class Save:
    """Write the snapshot: now and with a :class:`Saved`, or when there is time."""

    path: Path
    is_awaited: bool


@dataclass(frozen=True)
class Made:
    """Suggestions, in their order.

    Attributes:
        suggestions: What was made; none if the space has no point left.
        n_told: How many outcomes they rest on, of those that were told.
    """

    suggestions: tuple[Suggestion, ...]
    n_told: int


@dataclass(frozen=True)
class Saved:
    """The snapshot is written.

    Attributes:
        fault: Why not, if it is not.
        is_awaited: As in the request.
    """

    fault: str | None
    is_awaited: bool


@dataclass(frozen=True)
class Failed:
    """The process cannot go on.

    Attributes:
        reason: The error in one line.
        traceback: Where it was raised.
    """

    reason: str
    traceback: str


ToServer = Setup | Wanted | Asked | Told | Save
FromServer = Made | Saved | Failed
