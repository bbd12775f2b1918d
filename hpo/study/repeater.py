"""A proposer that knows one point only."""

from collections.abc import Mapping
from pathlib import Path

from hpo.study.proposer import Suggestion
from hpo.task import Metrics, ParameterValue


class Repeater:
    """Suggests the same parameters for every trial, and learns nothing; a :class:`hpo.study.proposer.Proposer`.

    Args:
        parameters: The parameters, fixed ones included.
        n_trials: How many trials there are already.
    """

    is_exhausted = False

    def __init__(self, parameters: Mapping[str, ParameterValue], n_trials: int) -> None:
        self._parameters = dict(parameters)
        self._next = n_trials

    def suggest(self, n_left: int, n_wanted: int) -> Suggestion | None:
        """Return a new trial."""
        self._next += 1
        return Suggestion(self._next - 1, self._parameters)

    def wait(self, timeout_s: float) -> None:
        """Do nothing: a suggestion is always ready."""

    def complete(self, index: int, data: Metrics) -> None:
        """Do nothing: there is nothing to learn."""

    def fail(self, index: int, reason: str) -> None:
        """Do nothing, as above."""

    def prepare(self, n_left: int) -> None:
        """Do nothing, as above."""

    def save_soon(self, path: Path) -> None:
        """Do nothing: it has no state."""

    def save(self, path: Path) -> None:
        """Do nothing, as above."""

    def close(self) -> None:
        """Do nothing: it holds nothing."""
