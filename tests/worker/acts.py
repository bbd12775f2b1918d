"""Tasks that trials in processes of their own run; the processes import them from here."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from hpo.task import Metrics, ParameterValue, Report, Signature, Task, TrialContext
from hpo.worker import Assignment

Body = Callable[[Mapping[str, ParameterValue], TrialContext], float | Metrics]


@dataclass(frozen=True)
class Act(Task):
    body: Body
    name: str = "act"

    @property
    def signature(self) -> Signature:
        return Signature(frozenset({"x"}))

    def run(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> float | Metrics:
        return self.body(parameters, context)


class Reports(list[Report]):
    """Keeps reports, and kills the trial's process when it reports that it is ready for that."""

    def __init__(self, deadly: signal.Signals) -> None:
        self._deadly = deadly

    def __call__(self, report: Report) -> None:
        os.kill(int(report.metrics["pid"]), self._deadly)


def assignment(folder: Path, **changes: object) -> Assignment:
    return Assignment(**{"index": 7, "parameters": {"x": 2.0}, "directory": str(folder), "seed": 5, **changes})  # type: ignore[arg-type]


def wait_until(condition: Callable[[], bool], limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def pids(folder: Path) -> list[int]:
    """Return what :func:`note_pids` wrote, once it is there."""
    wait_until((folder / "pids").exists)
    return [int(pid) for pid in (folder / "pids").read_text().split()]


def note_pids() -> None:
    """Start a program, and write its process id and this one's into the working directory."""
    program = subprocess.Popen(["sleep", "1000"])  # noqa: S607 - wherever sleep is
    Path("pids.new").write_text(f"{os.getpid()} {program.pid}")
    Path("pids.new").rename("pids")


def succeed(parameters: Mapping[str, ParameterValue], _: TrialContext) -> Metrics:
    return {"value": float(parameters["x"]) + 1, "pid": os.getpid()}


def report_twice(_: object, context: TrialContext) -> float:
    context.report(1, {"loss": 0.5})
    Path("c.pt").touch()
    context.report(2, {"loss": 0.25}, checkpoint="c.pt")
    return 0.25


def hang(*_: object) -> float:
    print("about to hang")  # noqa: T201 - what a log may hold
    note_pids()
    time.sleep(1000)
    return 0.0


def hang_in_native_code(*_: object) -> float:
    note_pids()
    ctypes.PyDLL(None).sleep(1000)  # which, other than CDLL, keeps the interpreter's lock
    return 0.0


def hang_deep_down(_: object, __: object, depth: int = 40) -> float:
    if depth:
        return hang_deep_down(_, __, depth - 1)
    time.sleep(1000)
    return 0.0


def ignore_sigterm(*_: object) -> float:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return hang()


def hang_after_report(_: object, context: TrialContext) -> float:
    context.report(1, {"pid": os.getpid()})
    time.sleep(1000)
    return 0.0


def exit_with_3(*_: object) -> float:
    note_pids()
    os._exit(3)


def crash(*_: object) -> float:
    return float(ctypes.string_at(0)[0])


def abort(*_: object) -> float:
    os.abort()


def close_everything(*_: object) -> float:
    os.closerange(3, 256)
    return 0.0


def cut_the_connection(*_: object) -> float:
    for descriptor in range(3, 64):
        with suppress(OSError):
            os.fstat(descriptor)
            socket.socket(fileno=os.dup(descriptor)).shutdown(socket.SHUT_RDWR)
    time.sleep(1000)
    return 0.0


def checkpoint_until_stopped(_: object, context: TrialContext) -> float:
    for step in range(1, 6000):
        Path("c.pt").write_text(str(step))
        Path("c.pt").touch()
        context.report(step, {"pid": os.getpid()}, checkpoint="c.pt")
        time.sleep(0.01)
    return 0.0


def go_on_when_stopped(_: object, context: TrialContext) -> float:
    step = 0
    while not context.is_stopping:
        step += 1
        context.report(step, {"loss": 1.0})
        time.sleep(0.01)
    context.report(step + 1, {"loss": 0.5})
    return 0.5


def report_for_ever(_: object, context: TrialContext) -> float:
    for step in range(1, 6000):
        context.report(step, {"pid": os.getpid()})
        time.sleep(0.01)
    return 0.0


def report_once(_: object, context: TrialContext) -> float:
    context.report(1, {"pid": os.getpid()})
    time.sleep(0.3)
    return 0.25


def crash_after_report(_: object, context: TrialContext) -> float:
    context.report(1, {"pid": os.getpid()})
    time.sleep(0.3)
    os._exit(3)


def fill_the_disk(*_: object) -> float:
    Path("/dev/full").write_text("weights")
    return 0.0


def outlive_the_trial(_: object, __: object) -> float:
    """Write a result file, as evaluate does, and die before it is sent."""
    source = Path("result.json.given")
    source.rename("result.json")
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0.0


class Unloadable(Act):
    """Can be pickled, and not be loaded."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_missing, ())


def _missing() -> Task:
    raise ModuleNotFoundError("No module named 'missing_library'")


def report_without_end(_: Mapping[str, ParameterValue], context: TrialContext) -> float:
    step = 0
    while True:
        step += 1
        context.report(step, {"step": step})
        time.sleep(0.01)
