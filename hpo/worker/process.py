"""An executor's process, as its supervisor sees it: started, spoken to, watched, ended."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

import hpo
from hpo.threads import VARIABLES
from hpo.worker.messages import FromExecutor, Imports, Word, Work

LAST_WORDS_S = 5.0  # for a process that closed its socket to end
KILL_S = 10.0  # for a killed process to vanish; one that waits for a dead file server does not
LEAVE_S = 0.5  # for an idle process to end by itself


class ExecutorDiedError(Exception):
    """The executor's process ended, or speaks no more."""


class ExecutorProcess:
    """A process that runs trials, in a process group of its own together with the programs that they start.

    Args:
        n_threads: Threads that numerical libraries get which are loaded at its start.

    Attributes:
        made_for: The surroundings it was started in; in others it must not be used.
        has_started: Whether it ever said something.
        exit_code: How it ended, as :class:`subprocess.Popen` has it; None while it runs or if nobody knows.

    Raises:
        OSError: If it cannot be started.
    """

    def __init__(self, n_threads: int) -> None:
        self.made_for = surroundings()
        path = tuple(str(Path(entry).absolute()) for entry in sys.path)  # "" is the working directory
        self.has_started = False
        self.exit_code: int | None = None
        self._is_usable = True
        self._ending = threading.Lock()
        self._ended, self._has_ended = os.pipe()  # closed at one end when the process has ended
        lifeline, self._lifeline = os.pipe()
        ours, theirs = socket.socketpair()
        self._connection: Connection[Imports | Work | Word, FromExecutor] = Connection(ours.detach())
        try:
            self._process = _start(theirs.fileno(), lifeline, n_threads)
        except BaseException:
            self.close()
            os.close(self._has_ended)
            raise
        finally:
            os.close(lifeline)
            theirs.close()
        threading.Thread(target=self._watch, name="hpo-executor-end", daemon=True).start()
        self.send(Imports(path, os.environ.get("PYTHONPATH")))

    @property
    def pid(self) -> int:
        """The process's id, and its group's."""
        return self._process.pid

    @property
    def is_usable(self) -> bool:
        """Whether it can take a trial."""
        return self._is_usable and self.made_for == surroundings() and not wait([self._ended], 0)

    def send(self, message: Imports | Work | Word) -> None:
        """Send a message; that it does not arrive shows in :meth:`receive`."""
        with suppress(OSError):
            self._connection.send(message)

    def receive(self, timeout_s: float) -> FromExecutor | None:
        """Return the next message, or None if none comes within ``timeout_s``.

        Raises:
            ExecutorDiedError: If the process has ended, and all that it said before was received.
        """
        ready = wait([self._connection, self._ended], timeout_s)
        if not ready:
            return None
        try:
            if self._connection in ready or self._connection.poll(0):
                message = self._connection.recv()
                self.has_started = True
                return message
        except (EOFError, OSError):
            wait([self._ended], LAST_WORDS_S)
        raise ExecutorDiedError

    def kill(self) -> None:
        """End the process and all programs that it started, at once, whatever they do."""
        self._is_usable = False
        self._kill_group()
        wait([self._ended], KILL_S)

    def leave(self) -> None:
        """End the process, by itself if it is idle."""
        if self._is_usable:
            self.send(Word.LEAVE)
            wait([self._ended], LEAVE_S)
        self.kill()

    def close(self) -> None:
        """Give up what belongs to a process that was ended."""
        self._connection.close()
        os.close(self._lifeline)
        os.close(self._ended)

    def _watch(self) -> None:
        if hasattr(os, "waitid"):
            with suppress(ChildProcessError):
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        else:
            while self._process.poll() is None:
                time.sleep(0.05)
        self._kill_group()  # before the process is reaped: until then nobody else can have its id
        with self._ending:
            self.exit_code = self._process.wait()
        os.close(self._has_ended)

    def _kill_group(self) -> None:
        with self._ending, suppress(ProcessLookupError, PermissionError):  # the second: macOS, of a group of zombies
            if self.exit_code is None:
                os.killpg(self.pid, signal.SIGKILL)


def surroundings() -> tuple[str | None, tuple[str, ...]]:
    """Return what an executor inherits at its start only: the GPUs it may see, and where modules are looked for."""
    return os.environ.get("CUDA_VISIBLE_DEVICES"), tuple(sys.path)


def _start(socket_end: int, lifeline: int, n_threads: int) -> "subprocess.Popen[bytes]":
    home = str(Path(hpo.__file__).parent.parent)  # enough to begin; Imports says the rest
    return subprocess.Popen(  # noqa: S603 - this program, by the Python that runs it
        [sys.executable, "-P", "-m", "hpo.worker.executor", str(socket_end), str(lifeline)],
        stdin=subprocess.DEVNULL,
        env={**os.environ, **dict.fromkeys(VARIABLES, str(n_threads)), "PYTHONPATH": home},
        pass_fds=(socket_end, lifeline),
        start_new_session=True,
    )
