"""A process, as the one that started it sees it: started, spoken to, watched, ended."""

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
from typing import Generic, TypeVar

import hpo
from hpo.interruption import sigterm_held
from hpo.process.imports import Imports, import_path
from hpo.threads import VARIABLES

Sent = TypeVar("Sent")
Received = TypeVar("Received")

LAST_WORDS_S = 5.0  # for a process that closed its socket to end
KILL_S = 10.0  # for a killed process to vanish; one that waits for a dead file server does not
LEAVE_S = 0.5  # for an idle process to end by itself


class ChildDiedError(Exception):
    """The process ended, or speaks no more."""


class ChildProcess(Generic[Sent, Received]):
    """A process in a process group of its own together with the programs that it starts; it ends with this one.

    Args:
        module: What it runs, as ``python -m`` does; it calls :func:`hpo.process.begin` first.
        n_threads: Threads that numerical libraries get which are loaded at its start.

    Attributes:
        has_started: Whether it ever said something.
        exit_code: How it ended, as :class:`subprocess.Popen` has it; None while it runs or if nobody knows.

    Raises:
        OSError: If it cannot be started.
    """

    def __init__(self, module: str, n_threads: int) -> None:
        self.has_started = False
        self.exit_code: int | None = None
        self._is_usable = True
        self._is_closed = False
        self._ending = threading.Lock()
        self._ended, self._has_ended = os.pipe()  # closed at one end when the process has ended
        lifeline, self._lifeline = os.pipe()
        ours, theirs = socket.socketpair()
        self._connection: Connection[Imports | Sent, Received] = Connection(ours.detach())
        try:
            self._process = _start(module, theirs.fileno(), lifeline, n_threads)
        except BaseException:
            self.close()
            os.close(self._has_ended)
            raise
        finally:
            os.close(lifeline)
            theirs.close()
        with sigterm_held():
            threading.Thread(target=self._watch, name=f"end of {module}", daemon=True).start()
        self.send(Imports(import_path(), os.environ.get("PYTHONPATH")))

    @property
    def pid(self) -> int:
        """The process's id, and its group's."""
        return self._process.pid

    @property
    def is_usable(self) -> bool:
        """Whether it runs and was not told to end."""
        return self._is_usable and not wait([self._ended], 0)

    def send(self, message: Imports | Sent) -> None:
        """Send a message; that it does not arrive shows in :meth:`receive`."""
        with suppress(OSError):
            self._connection.send(message)

    def receive(self, timeout_s: float) -> Received | None:
        """Return the next message, or None if none comes within ``timeout_s``.

        Raises:
            ChildDiedError: If the process has ended, and all that it said before was received.
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
        raise ChildDiedError

    def kill(self) -> None:
        """End the process and all programs that it started, at once, whatever they do."""
        self._is_usable = False
        self._kill_group()
        if not self._is_closed:
            wait([self._ended], KILL_S)

    def leave(self, farewell: Sent) -> None:
        """End the process, by itself if it is idle and takes ``farewell`` for the end."""
        if self._is_usable:
            self.send(farewell)
            wait([self._ended], LEAVE_S)
        self.kill()

    def close(self) -> None:
        """Give up what belongs to a process that was ended. Closing twice is allowed."""
        if not self._is_closed:
            self._is_closed = True
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


def _start(module: str, socket_end: int, lifeline: int, n_threads: int) -> "subprocess.Popen[bytes]":
    home = str(Path(hpo.__file__).parent.parent)  # enough to begin; Imports says the rest
    return subprocess.Popen(  # noqa: S603 - this program, by the Python that runs it
        [sys.executable, "-P", "-m", module, str(socket_end), str(lifeline)],
        stdin=subprocess.DEVNULL,
        env={**os.environ, **dict.fromkeys(VARIABLES, str(n_threads)), "PYTHONPATH": home},
        pass_fds=(socket_end, lifeline),
        start_new_session=True,
    )
