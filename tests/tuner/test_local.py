import subprocess
import sys
import time

import psutil
import pytest

from hpo.tuner.ray.local import _still_running

pytestmark = pytest.mark.ray

NEGLECT = "import subprocess; child = subprocess.Popen(['true']); print(child.pid, flush=True); input()"


def test_a_process_that_nobody_buries_has_ended() -> None:
    """Its parent does not ask for its exit code, as the first process of many a container does not."""
    with subprocess.Popen([sys.executable, "-c", NEGLECT], stdin=-1, stdout=-1, stderr=-3, text=True) as parent:
        assert parent.stdout is not None
        ended = psutil.Process(int(parent.stdout.readline()))
        while ended.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert _still_running([ended], 60) == []
        assert ended.status() == psutil.STATUS_ZOMBIE


def test_a_process_that_runs_is_told() -> None:
    """After the time that it is given; a child that was killed is not among them, and leaves no zombie."""
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as alive,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as killed,
    ):
        processes = [psutil.Process(alive.pid), psutil.Process(killed.pid)]
        killed.kill()
        while processes[1].status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert _still_running(processes, 0.5) == processes[:1]
        assert not psutil.pid_exists(killed.pid)
