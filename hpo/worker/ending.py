"""What the end of a worker process says about the trial that it ran."""

import signal
from pathlib import Path

from hpo.study.trial import Outcome, Status

# Signals that others send: an administrator, a batch system, the kernel, a terminal.
_FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT}

FAULT_MARKER = "Fatal Python error"  # begins what faulthandler writes of a crash
TRACEBACK_MARKER = "(most recent call first)"  # begins each thread in what it writes of a time-out


def n_oom_kills(vmstat: Path = Path("/proc/vmstat")) -> int | None:
    """Return how many processes the kernel has killed for want of memory, or None if it does not say."""
    try:
        lines = vmstat.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)


def outcome_of_end(exit_code: int | None, *, has_started: bool, oom_kills: tuple[int | None, int | None]) -> Outcome:
    """Return the outcome of a trial whose worker process ended before it said what came of the trial.

    Args:
        exit_code: As :class:`subprocess.Popen` has it: negative for a signal; None if the process lives on but
            speaks no more.
        has_started: Whether the process came so far as to take trials.
        oom_kills: What :func:`n_oom_kills` was before the trial and is now.
    """
    if exit_code is None:
        return Outcome(Status.CRASHED, reason="the worker process closed the connection to its supervisor")
    if exit_code >= 0:
        reason = f"the worker process ended with exit code {exit_code}"
        if not has_started:
            said = "what it said is on the standard error of the process that started it"
            return Outcome(Status.FAILED, reason=f"{reason} while it started ({said})")
        return Outcome(Status.CRASHED, reason=reason)
    before, after = oom_kills
    if -exit_code == signal.SIGKILL and before is not None and after is not None and after > before:
        return Outcome(Status.OUT_OF_MEMORY, reason="the kernel killed the worker process for want of memory")
    return Outcome(
        Status.CRASHED,
        reason=f"the worker process was ended by {_name(-exit_code)}",
        is_transient=-exit_code in _FROM_OUTSIDE,
    )


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"
