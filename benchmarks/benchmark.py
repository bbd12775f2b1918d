"""What a benchmark is, and the settings that all of them get."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.row import Row

REPOSITORY = Path(__file__).resolve().parent.parent
_T = TypeVar("_T")


class BenchmarkError(Exception):
    """What was to be measured did not run; the message says why, in one line."""


@dataclass(frozen=True)
class Settings:
    """How the benchmarks are run.

    Attributes:
        is_quick: Whether everything is done at small size, to see that it works.
        results: Folder of the raw results.
        environments: Folder of the peers' environments.
        has_peers: Whether environments of peers may be made and used.
        qm7: A qm7.mat; None where there is none.
    """

    is_quick: bool
    results: Path
    environments: Path
    has_peers: bool = True
    qm7: Path | None = None

    def pick(self, full: _T, quick: _T) -> _T:
        """Return the size for this run."""
        return quick if self.is_quick else full


@dataclass(frozen=True)
class Benchmark:
    """One claim and how it is measured.

    Attributes:
        name: What is typed to run it.
        title: Its heading in the table.
        minutes: How long it takes at full size on 2 cores, roughly.
        measure: Yields the rows, each as soon as it is known.
    """

    name: str
    title: str
    minutes: float
    measure: Callable[[Settings], Iterator[Row]]


def attempted(what: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield ``rows``; where they end because something does not run, yield a row that says so.

    So the parts of a benchmark do not depend on each other.

    Args:
        what: What is missing then.
        rows: The rows, made as they are asked for.
    """
    try:
        yield from rows
    except BenchmarkError as error:
        yield Row(what=what, error=str(error))
