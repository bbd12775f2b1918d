"""Claim: a candidate costs a fraction of what it costs with Ax as it comes."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Self

from benchmarks.benchmark import Benchmark, BenchmarkError, Settings, attempted
from benchmarks.process import environment, last_words
from benchmarks.row import Goal, Row

N_PENDING = 8
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}  # for both; the processors are for the trials


class Worker:
    """A process that makes one candidate when it is told to.

    Args:
        name: ``ours`` or ``ax``.
        n_completed: Trials with data.
        folder: Where it runs.
    """

    def __init__(self, name: str, n_completed: int, folder: Path) -> None:
        self._errors: IO[str] = TemporaryFile("w+")  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.candidates.worker", name, str(n_completed), str(N_PENDING)],
            cwd=folder,
            env=environment(ONE_THREAD),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def wait(self) -> Mapping[str, float]:
        """Return the next thing that it says.

        Raises:
            BenchmarkError: If it ends instead.
        """
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise BenchmarkError(last_words(self._errors.read()))
        return dict(json.loads(line))

    def candidate(self) -> Mapping[str, float]:
        """Tell it one outcome, have it make one candidate, and return the seconds of both."""
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self.wait()


def in_turns(n_completed: int, n_repetitions: int) -> dict[str, list[float]]:
    """Return the seconds of each candidate by proposer; the processes never compute at the same time."""
    seconds: dict[str, list[float]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="hpo-benchmark-")))
        workers = {}
        for name in ("ours", "ax"):
            workers[name] = stack.enter_context(Worker(name, n_completed, folder))
            workers[name].wait()
        for _ in range(n_repetitions):
            for name, worker in workers.items():
                seconds.setdefault(name, []).append(worker.candidate()["seconds"])
    return seconds


def measure(settings: Settings) -> Iterator[Row]:
    """Yield a row for each number of completed trials."""
    for n_completed, bound in settings.pick(((100, 1 / 3), (300, 1 / 4)), ((10, 1 / 3),)):
        what = f"{n_completed} completed, {N_PENDING} pending: time of a candidate by that with Ax's default"
        yield from attempted(what, _rows(what, n_completed, settings.pick(11, 3), Goal("<=", round(bound, 3))))


def _rows(what: str, n_completed: int, n_repetitions: int, goal: Goal) -> Iterator[Row]:
    seconds = in_turns(n_completed, n_repetitions)
    # Ax's first candidate is the centre.
    ours, ax = statistics.median(seconds["ours"][1:]), statistics.median(seconds["ax"][1:])
    yield Row(
        what=what,
        figure=ours / ax,
        goal=goal,
        beside=f"median {ours:.2f} s here, {ax:.2f} s with Ax's default; the first one here {seconds['ours'][0]:.2f} s",
        raw=seconds,
    )


BENCHMARK = Benchmark("candidate_cost", "What a candidate costs, Hartmann6 (6 parameters)", 5, measure)
