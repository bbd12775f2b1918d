"""What a trial prints, in its own file."""

import logging
import os
import pdb  # noqa: T100 - breakpoint() in a task opens it
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO


@contextmanager
def capture(path: Path, *, native: bool) -> Iterator[None]:
    """Append all that is printed or logged in this block to the file at ``path``.

    Args:
        path: The log file.
        native: Whether to redirect the process's descriptors 1 and 2, so that native code and child processes are
            caught too. Only where nothing else in the process writes to the terminal. Otherwise Python's streams
            are redirected, and ``breakpoint()`` still opens the debugger on the terminal.
    """
    with path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1) as file, _logging_to(file):
        if native:
            with _descriptors_to(file), redirect_stdout(file), redirect_stderr(file):
                yield
        else:
            terminal = sys.stdout
            with _debugger_on(terminal), redirect_stdout(file), redirect_stderr(file):
                yield


@contextmanager
def _logging_to(file: TextIO) -> Iterator[None]:
    handler = logging.StreamHandler(file)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    others, level = root.handlers, root.level
    root.handlers = [handler]
    root.setLevel(min(level, logging.INFO))
    try:
        yield
    finally:
        root.handlers = others
        root.setLevel(level)


@contextmanager
def _descriptors_to(file: TextIO) -> Iterator[None]:
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(descriptor) for descriptor in (1, 2)]
    try:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
        yield
    finally:
        for descriptor, original in zip((1, 2), saved, strict=True):
            os.dup2(original, descriptor)
            os.close(original)
        file.flush()  # last: on a full disk it raises


@contextmanager
def _debugger_on(terminal: TextIO) -> Iterator[None]:
    def debug(*_: object, **__: object) -> None:
        pdb.Pdb(stdout=terminal).set_trace(sys._getframe(1))  # noqa: SLF001 - the documented way to a caller's frame

    hook = sys.breakpointhook
    if hook is sys.__breakpointhook__:
        sys.breakpointhook = debug
    try:
        yield
    finally:
        sys.breakpointhook = hook
