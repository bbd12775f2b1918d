"""One trial, in whatever process it runs: its directory, its log, its threads, and what came back."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hpo.atomic import write_atomically
from hpo.study.paths import LOG_FILE, RESULT_FILE
from hpo.study.trial import Outcome, Status
from hpo.task import Metrics, ParameterValue, Report, Task, TrialContext
from hpo.threads import limited_threads
from hpo.worker.capture import capture

log = logging.getLogger(__name__)

NUMBER_METRIC = "value"  # the name of the metric of a task that returns a single number
Send = Callable[[Report], None]


@dataclass(frozen=True)
class Assignment:
    """What a worker is told to do.

    Attributes:
        index: The trial's index.
        parameters: The suggestion.
        directory: The trial's directory, absolute.
        seed: Seed for the trial.
        n_threads: Threads it may keep busy.
        has_gpu: Whether it was given a GPU or a share of one.
        checkpoint: Where an interrupted run of the trial left off, relative to the directory; or None.
    """

    index: int
    parameters: Mapping[str, ParameterValue]
    directory: str
    seed: int
    n_threads: int = 1
    has_gpu: bool = False
    checkpoint: str | None = None


def evaluate(task: Task, assignment: Assignment, send: Send, *, own_process: bool) -> Outcome:
    """Run ``task`` for one trial and return what came of it; the outcome is also written to ``result.json``.

    While it runs, the working directory is the trial's, and what it prints goes to ``log.txt`` there.

    Args:
        task: What to run.
        assignment: The trial.
        send: Takes its reports.
        own_process: Whether nothing else runs in this process, so that output of native code is captured too.
    """
    directory = Path(assignment.directory)
    directory.mkdir(parents=True, exist_ok=True)
    context = TrialContext(
        index=assignment.index,
        directory=directory,
        seed=assignment.seed,
        n_threads=assignment.n_threads,
        has_gpu=assignment.has_gpu,
        checkpoint=None if assignment.checkpoint is None else directory / assignment.checkpoint,
        send=send,
    )
    started_at = time.time()
    began = time.perf_counter()
    outcome = Outcome(Status.FAILED)
    try:
        with _surroundings(directory, assignment.n_threads, own_process=own_process):
            outcome = _attempt(task, assignment.parameters, context)
        outcome = replace(outcome, started_at=started_at, seconds=time.perf_counter() - began)
        write_atomically(directory / RESULT_FILE, json.dumps(outcome.to_json(), indent=2, allow_nan=False) + "\n")
    except OSError as error:  # the disk is full, or the task removed its own directory
        log.exception("Trial %d could not be recorded in %s", assignment.index, directory)
        reason = outcome.reason or f"its directory could not be written: {_one_line(error)}"
        seconds = time.perf_counter() - began
        outcome = replace(outcome, reason=None if outcome.status is Status.COMPLETED else reason)
        outcome = replace(outcome, started_at=started_at, seconds=seconds)
    return outcome


@contextmanager
def _surroundings(directory: Path, n_threads: int, *, own_process: bool) -> Iterator[None]:
    surroundings: tuple[AbstractContextManager[object], ...] = (
        limited_threads(n_threads),
        capture(directory / LOG_FILE, native=own_process),
        chdir(directory),
    )
    with surroundings[0], surroundings[1], surroundings[2]:
        yield


def _attempt(task: Task, parameters: Mapping[str, ParameterValue], context: TrialContext) -> Outcome:
    try:
        metrics = _as_metrics(task.run(parameters, context))
    except (Exception, SystemExit) as error:
        logging.getLogger("hpo.task").exception("Trial %d of task %r failed", context.index, task.name)
        status = Status.OUT_OF_MEMORY if _is_out_of_memory(error) else Status.FAILED
        return Outcome(status, reason=_one_line(error))
    return Outcome(Status.COMPLETED, metrics)


def _as_metrics(returned: float | Metrics) -> Metrics:
    if isinstance(returned, Mapping):
        return {str(name): float(value) for name, value in returned.items()}
    return {NUMBER_METRIC: float(returned)}


def _is_out_of_memory(error: BaseException) -> bool:
    # torch.cuda.OutOfMemoryError is known by its name: this module loads no torch.
    return any(cls.__name__ in {"MemoryError", "OutOfMemoryError"} for cls in type(error).__mro__)


def _one_line(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
