"""What a process and the programs that it started die of when the process that watches over them is gone."""

import ctypes
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tie(descriptor: int) -> None:
    """Have this process's group killed once all write ends of a pipe are closed, as they are when their owner dies.

    On Linux the kernel does it: it sends SIGKILL to the group when something happens to the pipe. That works while
    native code holds the interpreter's lock, and reaches the programs that a task started. Elsewhere, and where the
    pipe was closed before, a thread does it when it gets the lock. ``PR_SET_PDEATHSIG`` would reach this process
    only, and would strike when the *thread* that started it ends.

    Args:
        descriptor: The read end of a pipe into which nobody writes.
    """
    if sys.platform == "linux":
        end_with_pipe(descriptor, os.getpgrp())
    threading.Thread(target=_wait, args=(descriptor,), name="hpo-lifeline", daemon=True).start()


def end_with_pipe(descriptor: int, group: int) -> None:
    """Have the kernel kill a process group when something happens to a pipe; on Linux only.

    It does as long as any process holds the read end, so one of the group has to.

    Args:
        descriptor: The read end of a pipe into which nobody writes.
        group: The number of the process group.
    """
    import fcntl  # noqa: PLC0415 - exists on Unix only

    fcntl.fcntl(descriptor, fcntl.F_SETOWN, -group)  # negative: a group
    fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)


def end_with_parent() -> None:
    """Have this process killed at once when its parent ends, as long as the calling thread lives; on Linux only.

    A worker of Ray's looks for its parent about once a second; meanwhile its trial would go on beside the program
    that resumes the study.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def end_group() -> None:
    """Kill this process and the programs that it started."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _wait(descriptor: int) -> None:
    while os.read(descriptor, 1):
        pass
    end_group()
