"""Many seeds of many optimizers, in two processes at a time, kept as JSON lines so that a run can be resumed."""

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.benchmark import REPOSITORY, BenchmarkError
from benchmarks.process import run

N_PROCESSES = 2
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Simulation:
    """One seed of one optimizer on one problem.

    Attributes:
        optimizer: Its name.
        problem: The problem's name.
        n_trials: Trials in total.
        seed: Of the optimizer and of the run times.
        made_with: The versions, or a digest of the sources, that the values come from.
    """

    optimizer: str
    problem: str
    n_trials: int
    seed: int
    made_with: str

    @property
    def key(self) -> str:
        """What it is found again by."""
        return json.dumps([self.optimizer, self.problem, self.n_trials, self.seed, self.made_with])


@dataclass(frozen=True)
class Simulator:
    """Where an optimizer is simulated.

    Attributes:
        python: The interpreter that has it.
        module: The script.
        table: The tabular problem's file.
    """

    python: str
    module: str
    table: Path

    def values(self, wanted: Simulation) -> list[float]:
        """Return the values of the trials in the order of their ends.

        Raises:
            BenchmarkError: If the simulation fails.
        """
        arguments = [wanted.optimizer, wanted.problem, str(wanted.seed), str(wanted.n_trials), str(self.table)]
        with TemporaryDirectory(prefix="hpo-benchmark-") as folder:
            ended = run([self.python, "-m", self.module, *arguments], Path(folder), more=ONE_THREAD)
        return [float(value) for value in json.loads(ended.last_line)]


class Store:
    """The values of simulations that were run, in a file of JSON lines.

    Args:
        path: The file; made when the first simulation ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        lines = path.read_text().splitlines() if path.is_file() else []
        # A line that a crash cut short is run again.
        self._known = dict(content for line in lines if (content := _entry(line)) is not None)

    def get(self, wanted: Simulation) -> list[float] | None:
        """Return the values of a simulation that was run before, or None."""
        return self._known.get(wanted.key)

    def add(self, done: Simulation, values: list[float]) -> None:
        """Keep the values of a simulation."""
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a") as file:
                file.write(json.dumps([done.key, values]) + "\n")
            self._known[done.key] = values


def all_of(
    wanted: Iterable[Simulation], simulator: Callable[[Simulation], Simulator], store: Store
) -> Iterator[tuple[Simulation, BenchmarkError | None]]:
    """Run what is not in the store, :data:`N_PROCESSES` at a time; yield each with what went wrong.

    Args:
        wanted: What is to be there at the end.
        simulator: Returns where one is run.
        store: Where the values are kept.
    """
    missing = [each for each in wanted if store.get(each) is None]
    with ThreadPoolExecutor(N_PROCESSES) as pool:
        futures = {pool.submit(_run_one, each, simulator(each), store): each for each in missing}
        for future in as_completed(futures):
            error = future.exception()
            if error is not None and not isinstance(error, BenchmarkError):
                raise error
            yield futures[future], error


def digest_of_optimizer() -> str:
    """Return a digest of this program's optimizer and of Ax's version: values made by others are not taken."""
    sources = sorted((REPOSITORY / "hpo" / "optimizer").glob("*.py"))
    content = "".join(path.read_text() for path in sources) + version("ax-platform") + version("botorch")
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def python() -> str:
    """Return this environment's interpreter."""
    return sys.executable


def _run_one(wanted: Simulation, simulator: Simulator, store: Store) -> None:
    store.add(wanted, simulator.values(wanted))


def _entry(line: str) -> tuple[str, list[float]] | None:
    try:
        key, values = json.loads(line)
    except ValueError:
        return None
    return key, values
