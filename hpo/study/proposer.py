"""What a study wants of whatever proposes its parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hpo.task import Metrics, ParameterValue


@dataclass(frozen=True)
class Past:
    """A trial of an earlier session, or of another study, as a proposer has to know it.

    Attributes:
        index: The trial's index.
        parameters: The suggestion, fixed parameters included.
        data: Objective and constraint metrics, of a trial that was stopped early those of its last report; None if it
            ended without data or has not ended.
        is_unfinished: Whether it will be run again under its index, so that its data is still to come.
    """

    index: int
    parameters: Mapping[str, ParameterValue]
    data: Metrics | None = None
    is_unfinished: bool = False


@dataclass(frozen=True)
class Suggestion:
    """The parameters of a new trial.

    Attributes:
        index: The trial's index.
        parameters: By name, fixed ones included.
        generation_s: What it took to make them, in s of one process.
        n_unseen: How many outcomes came in after they were made.
    """

    index: int
    parameters: Mapping[str, ParameterValue]
    generation_s: float = 0.0
    n_unseen: int = 0


class Proposer(Protocol):
    """What proposes parameters and learns from outcomes; knows trials by index, and suggests those in a row."""

    @property
    def is_exhausted(self) -> bool:
        """Whether the space has no point left, so that no suggestion will follow."""

    def suggest(self, n_left: int, n_wanted: int) -> Suggestion | None:
        """Return a new trial; None if there is none, or none yet.

        Args:
            n_left: How many trials the study will still ask for, this one among them.
            n_wanted: How many of them could begin now.
        """

    def wait(self, timeout_s: float) -> None:
        """Wait up to ``timeout_s`` for what may lead to a suggestion, if that is made elsewhere."""

    def complete(self, index: int, data: Metrics) -> None:
        """Take the objective and the constraint metrics of a trial as data."""

    def fail(self, index: int, reason: str) -> None:
        """Take note that a trial ended without data."""

    def prepare(self, n_left: int) -> None:
        """Use a pause to make suggestions ahead, or to do what would otherwise be done at the next suggestion.

        Args:
            n_left: How many trials the study will still ask for.
        """

    def save_soon(self, path: Path) -> None:
        """Write the state to ``path`` when there is time, if it was not written not long ago."""

    def save(self, path: Path) -> None:
        """Write the state to ``path``, atomically.

        Raises:
            OSError, hpo.errors.HpoError: If that cannot be done.
        """

    def close(self) -> None:
        """Give up what it holds; nothing is asked of it after that. Closing twice is allowed."""
