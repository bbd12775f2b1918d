"""One trial, in whatever process it runs: its directory, its log, its threads, and what came back."""

import errno
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import replace
from pathlib import Path

from hpo.printable import printable
from hpo.study.paths import LOG_FILE
from hpo.study.trial import Outcome, Status
from hpo.task import Metrics, ParameterValue, Report, Task, TrialContext, TrialInterrupted
from hpo.threads import limited_threads
from hpo.worker.assignment import Assignment
from hpo.worker.capture import capture
from hpo.worker.result import log_size, log_tail, remove_result, write_result

LONGEST_REASON = 1000  # characters; the log has all of it

log = logging.getLogger(__name__)

NUMBER_METRIC = "value"  # the name of the metric of a task that returns a single number
Send = Callable[[Report], None]
Run = Callable[[Mapping[str, ParameterValue], TrialContext], float | Metrics]

# Faults of the disk, not of the trial: another attempt may find it mended.
_TRANSIENT_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE}


def never() -> bool:
    """Return False: the study does not ask to stop."""
    return False


def evaluate(
    task: Task,
    assignment: Assignment,
    send: Send,
    *,
    own_process: bool,
    is_stopping: Callable[[], bool] = never,
) -> Outcome | None:
    """Run ``task`` for one trial and return what came of it; the outcome is also written to ``result.json``.

    While it runs, the working directory is the trial's, and what it prints goes to ``log.txt`` there.

    Args:
        task: What to run.
        assignment: The trial.
        send: Takes its reports.
        own_process: Whether nothing else runs in this process, so that output of native code is captured too.
        is_stopping: Tells whether the study asks to stop.

    Returns:
        The outcome, or None for an attempt that was interrupted: it has none, and leaves no ``result.json``.
    """
    return attempt(task.name, task.run, assignment, send, own_process=own_process, is_stopping=is_stopping)


def attempt(
    name: str,
    run: Run,
    assignment: Assignment,
    send: Send,
    *,
    own_process: bool,
    is_stopping: Callable[[], bool],
) -> Outcome | None:
    """Do what :func:`evaluate` does with a task's ``name`` and its ``run``, which may be loaded when it is called."""
    directory = Path(assignment.directory)
    log_start = log_size(directory)
    started_at = time.time()
    began = time.perf_counter()
    outcome: Outcome | None = Outcome(Status.FAILED)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        remove_result(directory)
        with _surroundings(directory, assignment.n_threads, own_process=own_process):
            outcome = _call(name, run, assignment.parameters, _context(assignment, send, is_stopping))
        if outcome is not None:
            outcome = _dated(outcome, directory, log_start, started_at, began)
            write_result(directory, assignment.attempt, outcome)
    except OSError as error:  # the disk is full, or the task removed its own directory
        log.exception("Trial %d could not be recorded in %s", assignment.index, directory)
        if outcome is not None:
            outcome = _dated(_unrecorded(outcome, error), directory, log_start, started_at, began)
    return outcome


def _context(assignment: Assignment, send: Send, is_stopping: Callable[[], bool]) -> TrialContext:
    directory = Path(assignment.directory)
    return TrialContext(
        index=assignment.index,
        directory=directory,
        seed=assignment.seed,
        n_threads=assignment.n_threads,
        has_gpu=assignment.has_gpu,
        checkpoint=None if assignment.checkpoint is None else directory / assignment.checkpoint,
        send=send,
        stopping=is_stopping,
    )


@contextmanager
def _surroundings(directory: Path, n_threads: int, *, own_process: bool) -> Iterator[None]:
    surroundings: tuple[AbstractContextManager[object], ...] = (
        limited_threads(n_threads),
        capture(directory / LOG_FILE, native=own_process),
        chdir(directory),
    )
    with surroundings[0], surroundings[1], surroundings[2]:
        yield


def _call(name: str, run: Run, parameters: Mapping[str, ParameterValue], context: TrialContext) -> Outcome | None:
    try:
        metrics = _as_metrics(run(parameters, context))
    except TrialInterrupted:
        return None
    except KeyboardInterrupt:  # meant for the process, not for the task
        raise
    except BaseException as error:
        logging.getLogger("hpo.task").exception("Trial %d of task %r failed", context.index, name)
        status = Status.OUT_OF_MEMORY if _is_out_of_memory(error) else Status.FAILED
        return Outcome(status, reason=one_line(error), is_transient=_is_transient(error))
    return Outcome(Status.COMPLETED, metrics)


def _as_metrics(returned: float | Metrics) -> Metrics:
    if isinstance(returned, Mapping):
        return {str(name): float(value) for name, value in returned.items()}
    return {NUMBER_METRIC: float(returned)}


def _dated(outcome: Outcome, directory: Path, log_start: int, started_at: float, began: float) -> Outcome:
    tail = () if outcome.status is Status.COMPLETED else log_tail(directory, log_start)
    return replace(outcome, started_at=started_at, seconds=time.perf_counter() - began, log_tail=tail)


def _unrecorded(outcome: Outcome, error: OSError) -> Outcome:
    if outcome.status is Status.COMPLETED or outcome.reason:
        return outcome  # what came back counts, wherever it could not be written
    reason = f"its directory could not be written: {one_line(error)}"
    return replace(outcome, reason=reason, is_transient=_is_transient(error))


def _is_transient(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _TRANSIENT_ERRNOS:
            return True
        error = error.__cause__
    return False


def _is_out_of_memory(error: BaseException) -> bool:
    # torch.cuda.OutOfMemoryError is known by its name: this module loads no torch.
    return any(cls.__name__ in {"MemoryError", "OutOfMemoryError"} for cls in type(error).__mro__)


def one_line(error: BaseException) -> str:
    """Return the type and the message of an error in one line that can be written to any file."""
    message = " ".join(str(error).split())
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    writable = printable(text.encode("utf-8", "backslashreplace").decode())
    return writable if len(writable) <= LONGEST_REASON else f"{writable[:LONGEST_REASON]}…"
