"""Runs a trial in a process of its own, which it can end: whatever the trial does, something comes back."""

import atexit
import json
import pickle
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from hpo.process import ChildDiedError
from hpo.study.trial import Outcome, Status
from hpo.task import Report, Task
from hpo.worker.assignment import Assignment
from hpo.worker.ending import FAULT_MARKER, TRACEBACK_MARKER, n_oom_kills, outcome_of_end
from hpo.worker.evaluate import Send, one_line
from hpo.worker.messages import Ended, Word, Work
from hpo.worker.process import ExecutorProcess
from hpo.worker.result import log_size, log_tail, read_result, remove_result, write_result

START_LIMIT_S = 300.0  # for the process to start and load the task; libraries may come from a slow file server
POLL_S = 1.0  # between looks for the stop files
TRACEBACK_S = 0.5  # after the time limit, for the process to write down where it is


def supervise(task: Task, assignment: Assignment, send: Send) -> Outcome | None:
    """Run ``task`` for one trial in this process's executor, a child process that lives on for the next trial.

    It does what :func:`hpo.worker.evaluate` does, and what only another process can: it ends a trial that takes
    longer than ``assignment.timeout_s`` and tells how a process ended that died. Then a new executor serves the next
    trial. All programs that a task started end with its executor, except those in sessions of their own. The executor
    ends with this process, however that ends. One trial runs at a time; a second caller waits. With
    ``assignment.fresh_process`` the executor runs this trial only: it ends after it, and another one starts meanwhile.

    A trial whose ``assignment.early_stop_file`` appears ends at its next report, and its executor lives on; if none
    comes within ``assignment.stop_within_s``, it ends with its executor. Its outcome is that in the file, unless the
    trial completes before.

    Args:
        task: What to run; it must be possible to pickle it, and to import its class in another process.
        assignment: The trial.
        send: Takes its reports, in this thread.

    Returns:
        The outcome, or None for an attempt that was interrupted because ``assignment.stop_file`` appeared.
    """
    return _SEAT.run(task, assignment, send)


class _StartError(Exception):
    """The executor cannot be started."""


class _Seat:
    """The place of this process's one executor."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._executor: ExecutorProcess | None = None
        self._leaving: ExecutorProcess | None = None  # it has run its one trial and ends by itself
        self._is_busy = False

    def run(self, task: Task, assignment: Assignment, send: Send) -> Outcome | None:
        """Run one trial."""
        with self._turn:
            watch = _Watch(assignment, send)
            try:
                work = Work(task.name, pickle.dumps(task), assignment)
            except Exception as error:  # noqa: BLE001 - pickling raises whatever an object's own code raises
                return watch.without_data(Outcome(Status.FAILED, reason=f"cannot pickle the task: {one_line(error)}"))
            with suppress(OSError):  # the executor meets the same fault, and tells
                remove_result(Path(assignment.directory))
            try:
                executor = self._ready(assignment)
                was_idle = executor.has_started
                outcome = self._follow(watch, executor, work)
                if was_idle and watch.is_missed:  # it died of what was before
                    outcome = self._follow(watch, self._ready(assignment), work)
            except _StartError as error:
                reason = f"the worker process could not be started: {error}"
                return watch.without_data(Outcome(Status.FAILED, reason=reason, is_transient=True))
            if assignment.fresh_process:
                self._renew(assignment.n_threads)
            return outcome

    def _follow(self, watch: "_Watch", executor: ExecutorProcess, work: Work) -> Outcome | None:
        self._is_busy = executor.has_worked = True
        try:
            return watch.follow(executor, work)
        finally:
            self._is_busy = False

    def _ready(self, assignment: Assignment) -> ExecutorProcess:
        executor = self._executor
        if executor is not None and not executor.fits(fresh=assignment.fresh_process):
            self._leaving, self._executor = executor, None
        if self._leaving is not None:  # memory of a GPU, say, is free when it is gone
            self._leaving.leave(Word.LEAVE)
            self._leaving.close()
            self._leaving = None
        if self._executor is None:
            self._executor = _started(assignment.n_threads)
        return self._executor

    def _renew(self, n_threads: int) -> None:
        """Start the next trial's executor; the one that ran this trial ends by itself meanwhile."""
        if self._executor is not None:
            self._executor.send(Word.LEAVE)
        self._leaving, self._executor = self._executor, None
        with suppress(_StartError):  # the next trial tries again, and tells
            self._executor = _started(n_threads)

    def clear(self) -> None:
        """End the executor with this process."""
        if self._executor is not None and self._is_busy:
            self._executor.kill()
        for executor in (self._executor, self._leaving):
            if executor is not None:
                executor.leave(Word.LEAVE)


def _started(n_threads: int) -> ExecutorProcess:
    try:
        return ExecutorProcess(n_threads)
    except OSError as error:
        raise _StartError(one_line(error)) from error


class _Watch:
    """Follows one trial from its start to its end."""

    def __init__(self, assignment: Assignment, send: Send) -> None:
        self._assignment = assignment
        self._send = send
        self._directory = Path(assignment.directory)
        self._log_start = log_size(self._directory)
        self._oom_kills = n_oom_kills()
        self._started_at = time.time()
        self._began = time.monotonic()
        self._deadline = self._began + START_LIMIT_S
        self._overdue = Outcome(Status.FAILED, reason=f"the worker process did not begin within {START_LIMIT_S:g} s")
        self._next_look = self._began
        self._is_stopping = False  # whether the executor was told that the study stops
        self._has_begun = False
        self._early_stop: Outcome | None = None  # of a trial that is stopped early
        self.is_missed = False  # whether the executor died before the task began

    def follow(self, executor: ExecutorProcess, work: Work) -> Outcome | None:
        """Hand the trial over and wait for its end; the executor is ended if the trial has to be."""
        try:
            executor.send(work)
            while time.monotonic() < self._deadline:
                message = executor.receive(self._patience())
                if isinstance(message, Ended):
                    return self._settled(message.outcome)
                if isinstance(message, Report):
                    self._pass_on(message, executor)
                elif message is Word.BEGAN:
                    self._start_clock()
                self._look_for_stop(executor)
        except ChildDiedError:
            self.is_missed = not self._has_begun
            kills = (self._oom_kills, n_oom_kills())
            end = outcome_of_end(executor.exit_code, has_started=executor.has_started, oom_kills=kills)
            executor.kill()  # it may only have closed the connection
            return self._settled(self._recorded() or self.without_data(end, FAULT_MARKER))
        except BaseException:  # whoever takes the reports has ended the trial
            executor.kill()
            raise
        executor.kill()
        return self._settled(self._recorded() or self.without_data(self._overdue, TRACEBACK_MARKER))

    def without_data(self, outcome: Outcome, marker: str | None = None) -> Outcome:
        """Return the outcome of a trial that could not say itself what came of it, with its times and its log."""
        return replace(
            outcome,
            started_at=self._started_at,
            seconds=time.monotonic() - self._began,
            log_tail=log_tail(self._directory, self._log_start, marker=marker),
        )

    def _settled(self, outcome: Outcome | None) -> Outcome | None:
        """Return the outcome of a trial that ended so; one that was stopped early counts as that if it has no data."""
        if self._early_stop is None or (outcome is not None and outcome.status is Status.COMPLETED):
            return outcome
        stopped = replace(self._early_stop, started_at=self._started_at, seconds=time.monotonic() - self._began)
        with suppress(OSError):  # it is on its way to the journal, too
            write_result(self._directory, self._assignment.attempt, stopped)
        return stopped

    def _recorded(self) -> Outcome | None:
        return read_result(self._directory, self._assignment.attempt)

    def _start_clock(self) -> None:
        self._has_begun = True
        self._started_at, self._began = time.time(), time.monotonic()
        limit_s = self._assignment.timeout_s
        self._deadline = float("inf") if limit_s is None else self._began + limit_s + TRACEBACK_S
        reason = f"no end within failures.trial_timeout_s={limit_s}"
        self._overdue = Outcome(Status.TIMEOUT, reason=reason)

    def _patience(self) -> float:
        return max(0.0, min(self._deadline - time.monotonic(), POLL_S))

    def _pass_on(self, report: Report, executor: ExecutorProcess) -> None:
        if self._early_stop is None:  # what comes after belongs to no trial any more
            self._send(report)
            self._look_for_early_stop(executor)

    def _look_for_stop(self, executor: ExecutorProcess) -> None:
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + POLL_S
        self._look_for_early_stop(executor)
        stop_file = self._assignment.stop_file
        with suppress(OSError):  # a file server that does not answer is no reason to stop
            if stop_file is not None and not self._is_stopping and Path(stop_file).exists():
                executor.send(Word.STOP)
                self._is_stopping = True

    def _look_for_early_stop(self, executor: ExecutorProcess) -> None:
        path = self._assignment.early_stop_file
        if path is None or self._early_stop is not None:
            return
        with suppress(OSError):  # it is not there
            self._early_stop = Outcome.from_json(json.loads(Path(path).read_text(encoding="utf-8")))
            self._deadline = min(self._deadline, time.monotonic() + self._assignment.stop_within_s)
            executor.send(Word.STOP_EARLY)


_SEAT = _Seat()
atexit.register(_SEAT.clear)
