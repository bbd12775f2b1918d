"""What every peer is given, and the function that all of them evaluate.

The standard library and the toy tasks only: it is imported in each peer's environment, and in its workers.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tasks.toy import Hartmann6

JOB_VARIABLE = "HPO_BENCHMARK_JOB"  # the path of the job, in the environment of every worker
NAMES = tuple(f"x{number}" for number in range(1, 7))


@dataclass(frozen=True)
class Job:
    """What is to be run.

    Attributes:
        slots: Trials at once.
        run_times: Seconds of each trial, in the order in which trials start.
        spans: Folder, absolute, where trials note when they ran.
        options: What only some peers understand.
    """

    slots: int
    run_times: Sequence[float]
    spans: str
    options: dict[str, Any]

    @property
    def n_trials(self) -> int:
        """Trials in total."""
        return len(self.run_times)


def given() -> Job:
    """Return the job of this process."""
    return Job(**json.loads(Path(os.environ[JOB_VARIABLE]).read_text()))


@contextmanager
def noted(job: Job) -> Iterator[int]:
    """Number a trial by the order of starts over all processes, and note when it ran.

    Yields:
        The number, from 0.
    """
    folder = Path(job.spans)
    number = next(number for number in count() if _is_claimed(folder / f"{number:04d}.begun"))
    start, began = time.time(), time.perf_counter()
    yield number
    span = [number, start, time.perf_counter() - began]
    (folder / f"{number:04d}.json").write_text(json.dumps(span))


def evaluate(point: Sequence[float]) -> float:
    """Sleep as long as the next trial is to take and return Hartmann6 at ``point``."""
    job = given()
    with noted(job) as number:
        time.sleep(job.run_times[number % job.n_trials])
        return Hartmann6().value(point)


def report() -> None:
    """Print the trials that ended as JSON: number, start (seconds since 1970), seconds of each."""
    spans = [json.loads(path.read_text()) for path in sorted(Path(given().spans).glob("*.json"))]
    sys.stdout.write("\n" + json.dumps({"trials": spans}) + "\n")


def _is_claimed(path: Path) -> bool:
    try:
        path.open("x").close()
    except FileExistsError:
        return False
    return True
