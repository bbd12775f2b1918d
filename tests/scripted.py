from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from hpo.study import Outcome, Status, Study
from hpo.task import Metrics, ParameterValue


class ListProposer:
    """Proposes x = 0, 1, 2, … and remembers what it was told."""

    def __init__(self, n_points: int | None = None, start: int = 0) -> None:
        self._indices = count(start)
        self._n_points = n_points
        self.data: dict[int, Metrics] = {}
        self.failed: dict[int, str] = {}

    def suggest(self, n_left: int) -> tuple[int, Mapping[str, ParameterValue]] | None:
        index = next(self._indices)
        return None if index == self._n_points else (index, {"x": float(index)})

    def complete(self, index: int, data: Metrics) -> None:
        self.data[index] = data

    def fail(self, index: int, reason: str) -> None:
        self.failed[index] = reason

    def prepare(self, n_left: int) -> None:
        """Make nothing ahead."""

    def save(self, path: Path) -> None:
        path.write_text("{}")


MakeStudy = Callable[..., Study]


def completed(loss: float, **others: float) -> Outcome:
    return Outcome(Status.COMPLETED, {"loss": loss, **others}, started_at=100.0 + loss, seconds=2.0)
