"""The process that runs trials, one after the other: ``python -m hpo.worker.executor SOCKET LIFELINE``.

A supervisor (:mod:`hpo.worker.supervisor`) starts it, and ends it when a trial must end. What trials leave in memory
(libraries, data, compiled kernels) stays for the next one.
"""

import faulthandler
import pickle
import queue
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hpo.process import begin, end_group
from hpo.study.paths import LOG_FILE
from hpo.study.trial import Outcome
from hpo.task import Metrics, ParameterValue, Report, Task, TrialContext, TrialInterrupted
from hpo.worker.evaluate import attempt, one_line
from hpo.worker.messages import Ended, FromExecutor, Word, Work

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class Supervisor:
    """The other end of the socket, as the executor sees it."""

    def __init__(self, connection: "Connection[FromExecutor, object]") -> None:
        self._connection = connection
        self._sending = threading.Lock()  # a task may report from several threads
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._stop_early = threading.Event()
        threading.Thread(target=self._listen, name="hpo-supervisor", daemon=True).start()

    def send(self, message: FromExecutor) -> None:
        """Send a message; where nobody is left to take it, end this process.

        The supervisor is gone then, and the lifeline ends this process in a moment. In that moment the trial must not
        end as if it had failed: its outcome would be on the disk when the study is resumed.
        """
        with self._sending:
            try:
                self._connection.send(message)
            except (BrokenPipeError, ConnectionResetError):
                end_group()

    def work(self) -> Iterator[Work]:
        """Yield the trials to run, until there are no more."""
        while (work := self._work.get()) is not None:
            yield work

    def is_stopping(self) -> bool:
        """Tell whether the study asks to stop, or the trial that runs is stopped early."""
        return self._stop.is_set() or self._stop_early.is_set()

    def has_stopped_early(self) -> bool:
        """Tell whether the trial that runs is stopped early."""
        return self._stop_early.is_set()

    def _listen(self) -> None:
        try:
            while (message := self._connection.recv()) is not Word.LEAVE:
                if isinstance(message, Work):
                    self._stop.clear()
                    self._stop_early.clear()  # it was said of the trial before
                    self._work.put(message)
                elif message is Word.STOP:
                    self._stop.set()
                elif message is Word.STOP_EARLY:
                    self._stop_early.set()
        except (EOFError, OSError):
            pass  # the supervisor is gone, and the lifeline with it
        self._work.put(None)


def main(socket: int, lifeline: int) -> None:
    """Run the trials that come through the socket until the supervisor says that no more follow."""
    supervisor = Supervisor(begin(socket, lifeline))
    supervisor.send(Word.READY)
    for work in supervisor.work():
        supervisor.send(Ended(_run(work, supervisor)))


def _run(work: Work, supervisor: Supervisor) -> Outcome | None:
    def run(parameters: Mapping[str, ParameterValue], context: TrialContext) -> float | Metrics:
        task = _load(work.task)
        with _watched(context.directory / LOG_FILE, work.assignment.timeout_s):
            supervisor.send(Word.BEGAN)
            return task.run(parameters, context)

    is_over = threading.Event()

    def send(report: Report) -> None:
        if is_over.is_set():  # a thread that a task left behind speaks for no later trial
            return
        if supervisor.has_stopped_early():
            raise TrialInterrupted
        supervisor.send(report)

    try:
        return attempt(work.name, run, work.assignment, send, own_process=True, is_stopping=supervisor.is_stopping)
    finally:
        is_over.set()


def _load(packed: bytes) -> Task:
    try:
        task = pickle.loads(packed)  # noqa: S301 - from the process that started this one
    except Exception as error:
        raise pickle.UnpicklingError(f"the worker process cannot load the task: {one_line(error)}") from error
    if not isinstance(task, Task):
        raise pickle.UnpicklingError(f"{task!r} is no task")
    return task


@contextmanager
def _watched(log: Path, timeout_s: float | None) -> Iterator[None]:
    """Have the traceback of a crash, and where the task is after ``timeout_s``, written to ``log``.

    Both are written by native code that needs no interpreter.
    """
    with log.open("ab") as file:
        faulthandler.enable(file, all_threads=False)
        if timeout_s is not None:
            faulthandler.dump_traceback_later(min(timeout_s, threading.TIMEOUT_MAX), file=file)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
