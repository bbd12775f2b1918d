import math
import resource
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

from hpo.task import TrialContext
from tasks.toy import Branin
from tests.cli import REPOSITORY

POINT = {"x1": 0.0, "x2": 0.0}


class Interrupted(Exception):  # noqa: N818 - it is the test's own end of waiting, not an error
    """The alarm rang while the task was still running."""


def run(fate: str, directory: Path) -> float:
    result = Branin(failures={fate: 1.0}).run(POINT, TrialContext(index=0, directory=directory, seed=0))
    assert isinstance(result, dict)
    return float(result["value"])


def test_invalid_returns_nan(tmp_path: Path) -> None:
    """A trial with the fate invalid returns NaN as its value."""
    assert math.isnan(run("invalid", tmp_path))


def test_error_raises(tmp_path: Path) -> None:
    """A trial with the fate error raises an exception that names its setting."""
    with pytest.raises(RuntimeError, match=r"task\.failures\.error chose this trial"):
        run("error", tmp_path)


def test_hang_does_not_end(tmp_path: Path) -> None:
    """A trial with the fate hang is still running when an alarm interrupts it."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise Interrupted

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(Interrupted):
            run("hang", tmp_path)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def test_exit_ends_the_process(tmp_path: Path) -> None:
    """A trial with the fate exit ends its process with status 1, without running any handler."""
    code = (
        "from pathlib import Path; from hpo.task import TrialContext; from tasks.toy import Branin\n"
        "try: Branin(failures={'exit': 1}).run({'x1': 0, 'x2': 0}, TrialContext(0, Path.cwd(), seed=0))\n"
        "finally: print('handled')"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_out_of_memory_raises(tmp_path: Path) -> None:
    """A trial with the fate out_of_memory fails by a MemoryError."""
    with pytest.raises(MemoryError):
        run("out_of_memory", tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a limit of address space")
def test_out_of_memory_is_met_by_the_interpreter(tmp_path: Path) -> None:
    """On Linux the MemoryError comes from an allocation that failed, not from the task's own raise."""
    with pytest.raises(MemoryError) as caught:
        run("out_of_memory", tmp_path)
    assert caught.value.args == ()


def test_out_of_memory_restores_the_limit(tmp_path: Path) -> None:
    """After running out of memory the process has the limit it had."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError):
        run("out_of_memory", tmp_path)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_out_of_memory_holds_no_memory_afterwards(tmp_path: Path) -> None:
    """The traceback of the MemoryError does not keep what was allocated."""
    with pytest.raises(MemoryError) as caught:
        run("out_of_memory", tmp_path)
    assert caught.traceback[-1].locals["held"] == []


def test_a_trial_that_is_not_chosen_ends_well(tmp_path: Path) -> None:
    """A share of 0 leaves every trial alone."""
    assert run_with_no_share(tmp_path) == pytest.approx(55.602113)


def run_with_no_share(directory: Path) -> float:
    task = Branin(failures={"invalid": 0, "error": 0})
    result = task.run(POINT, TrialContext(index=0, directory=directory, seed=0))
    assert isinstance(result, dict)
    return float(result["value"])
