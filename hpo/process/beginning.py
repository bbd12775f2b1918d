"""How a process begins that :class:`hpo.process.ChildProcess` started."""

import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from hpo.process.imports import Imports
from hpo.process.lifeline import tie


def begin(socket: int, lifeline: int) -> "Connection[Any, Any]":
    """Return the connection to the parent; from now on this process ends when that one does.

    Args:
        socket: The first descriptor on the command line.
        lifeline: The second one.
    """
    tie(lifeline)
    _reset_signals()
    connection: Connection[Any, Any] = Connection(socket)
    _look_for_modules(connection.recv())
    return connection


def _reset_signals() -> None:
    # What the parent ignores or blocks is inherited, and none of it is meant for its children.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def _look_for_modules(imports: Imports) -> None:
    sys.path[:] = imports.path
    if imports.variable is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = imports.variable
