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


class Proposer(Protocol):
    """What proposes parameters and learns from outcomes; knows trials by index."""

    def suggest(self, n_left: int) -> tuple[int, Mapping[str, ParameterValue]] | None:
        """Return a new trial's index and parameters, or None when the space has no point left.

        Args:
            n_left: How many trials the study will still ask for, this one among them.
        """

    def complete(self, index: int, data: Metrics) -> None:
        """Take the objective and the constraint metrics of a trial as data."""

    def fail(self, index: int, reason: str) -> None:
        """Take note that a trial ended without data."""

    def prepare(self, n_left: int) -> None:
        """Use a pause to make suggestions ahead, if outcomes would not change them.

        Args:
            n_left: How many trials the study will still ask for.
        """

    def save(self, path: Path) -> None:
        """Write the state to ``path``, atomically."""
