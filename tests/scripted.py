from collections.abc import Callable
from itertools import count
from pathlib import Path

from hpo.study import Outcome, Status, Study
from hpo.study.proposer import Suggestion
from hpo.task import Metrics


class ListProposer:
    """Proposes x = 0, 1, 2, … and remembers what it was told."""

    def __init__(self, n_points: int | None = None, start: int = 0) -> None:
        self._indices = count(start)
        self._n_points = n_points
        self._last: int = -1
        self.data: dict[int, Metrics] = {}
        self.failed: dict[int, str] = {}

    @property
    def is_exhausted(self) -> bool:
        return self._last == self._n_points

    def suggest(self, n_left: int, n_wanted: int) -> Suggestion | None:
        self._last = next(self._indices)
        return None if self.is_exhausted else Suggestion(self._last, {"x": float(self._last)})

    def wait(self, timeout_s: float) -> None:
        """Have everything ready."""

    def complete(self, index: int, data: Metrics) -> None:
        self.data[index] = data

    def fail(self, index: int, reason: str) -> None:
        self.failed[index] = reason

    def prepare(self, n_left: int) -> None:
        """Make nothing ahead."""

    def save_soon(self, path: Path) -> None:
        self.save(path)

    def save(self, path: Path) -> None:
        path.write_text("{}")

    def close(self) -> None:
        """Hold nothing."""


MakeStudy = Callable[..., Study]


def told(study: Study, *outcomes: Outcome) -> Study:
    """Begin the study, and ask for a trial and tell its outcome for each of ``outcomes``."""
    study.begin()
    for outcome in outcomes:
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, outcome)
    return study


def completed(loss: float, **others: float) -> Outcome:
    return Outcome(Status.COMPLETED, {"loss": loss, **others}, started_at=100.0 + loss, seconds=2.0)
