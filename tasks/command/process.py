"""A program that a trial runs: it and the programs that it starts are gone when the trial is."""

import codecs
import io
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Self

from hpo.process import end_with_pipe

N_TAIL_LINES = 5  # of what a program printed last, for the reason of a failure; the log has all of it
TERMINATE_S = 2.0  # for a program that is ended to do so after SIGTERM; then it is killed
DRAIN_S = 1.0  # for what is left in the pipes when the program has ended and something else holds them
_POLL_S = 0.2
_CHUNK = 65536

# A process cannot be tied to this one before it is there: it waits for a line, then becomes the program.
_GATE = ("/bin/sh", "-c", 'read -r _ || exit 125; exec "$@" < /dev/null', "sh")
# Elsewhere the program stays in this process's group, and ends with it.
_HAS_GROUP = sys.platform == "linux"


class Program:
    """A running program, in a process group of its own; use it as a context manager, at whose end it is ended.

    Args:
        arguments: The program and its arguments.
        directory: Its working directory.
        environment: Its environment.

    Attributes:
        tail: What it printed last, by line.
    """

    def __init__(self, arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
        self._is_closed = False
        self.tail: deque[str] = deque(maxlen=N_TAIL_LINES)
        lifeline, self._lifeline = os.pipe()  # the program ends when the second one is closed, as when this one dies
        try:
            self._process = subprocess.Popen(  # noqa: S603 - what the user asked for, without a shell
                [*_GATE, *arguments],
                cwd=directory,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(lifeline,),
                process_group=0 if _HAS_GROUP else None,
            )
            if _HAS_GROUP:
                end_with_pipe(lifeline, self._process.pid)
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(lifeline)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def follow(self, take: Callable[[str], None]) -> int:
        """Let the program begin, pass on what it prints, and return how it ended once it has.

        What it prints goes to ``sys.stdout`` and ``sys.stderr``, which are a trial's log.

        Args:
            take: Takes each line of its standard output, without the end of the line.

        Returns:
            Its exit code; the negative number of a signal that ended it.
        """
        self._open_gate()
        with selectors.DefaultSelector() as selector:
            selector.register(_pipe(self._process.stdout), selectors.EVENT_READ, _Lines(self._heard(sys.stdout, take)))
            selector.register(_pipe(self._process.stderr), selectors.EVENT_READ, _Lines(self._heard(sys.stderr)))
            self._read(selector)
        self._await_end(float("inf"))  # it may close its output and go on
        self._end()
        return self._process.returncode

    def _open_gate(self) -> None:
        with closing(_pipe(self._process.stdin)) as stdin:
            stdin.write(b"\n")

    def _read(self, selector: selectors.BaseSelector) -> None:
        deadline = float("inf")
        while selector.get_map() and time.monotonic() < deadline:
            ready = selector.select(_POLL_S)
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                key.data.take(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
            if deadline == float("inf") and self._has_ended():
                deadline = time.monotonic() + DRAIN_S
            if not ready and deadline < float("inf"):
                self._signal(signal.SIGKILL)  # what it left behind holds the pipes

    def _heard(self, stream: IO[str], take: Callable[[str], None] | None = None) -> Callable[[str], None]:
        def hear(line: str) -> None:
            stream.write(f"{line}\n")
            if line.strip():
                self.tail.append(line.strip())
            if take is not None:
                take(line)

        return hear

    def _has_ended(self) -> bool:
        if not _HAS_GROUP:
            return self._process.poll() is not None
        # It stays a zombie, so that nobody else can have its group's number.
        options = os.WEXITED | os.WNOWAIT | os.WNOHANG
        return self._process.returncode is not None or os.waitid(os.P_PID, self._process.pid, options) is not None

    def _await_end(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        pause_s = 0.001
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _POLL_S)

    def _signal(self, number: signal.Signals) -> None:
        if _HAS_GROUP:
            os.killpg(self._process.pid, number)
        else:
            self._process.send_signal(number)

    def _end(self) -> None:
        """End what still runs of the program and of those that it started, and let go of it."""
        if self._is_closed:
            return
        if not self._has_ended():
            self._signal(signal.SIGTERM)
        self._await_end(TERMINATE_S)
        self._signal(signal.SIGKILL)  # and what it left behind
        self._process.wait()
        self._is_closed = True
        os.close(self._lifeline)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            _pipe(pipe).close()


class _Lines:
    """Cuts what comes through a pipe into lines; a carriage return ends one too, as progress bars have it."""

    def __init__(self, take: Callable[[str], None]) -> None:
        text = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._decoder = io.IncrementalNewlineDecoder(text, translate=True)
        self._take = take
        self._rest = ""

    def take(self, chunk: bytes) -> None:
        """Take a chunk; an empty one is the end."""
        *lines, self._rest = (self._rest + self._decoder.decode(chunk, final=not chunk)).split("\n")
        if not chunk and self._rest:
            lines.append(self._rest)
        for line in lines:
            self._take(line)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("every stream of the process is a pipe")
    return pipe
