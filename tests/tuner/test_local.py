import subprocess
import sys
import time

import psutil
import pytest

from hpo.tuner.ray.local import _still_running

pytestmark = pytest.mark.ray

START = """
from contextlib import suppress
import psutil
from hpo.resources import Resources
from hpo.tuner.ray.local import local_ray
with local_ray(2, Resources()):
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # it may have ended
            print(*process.cmdline())
"""
NEGLECT = "import subprocess; child = subprocess.Popen(['true']); print(child.pid, flush=True); input()"


def test_no_worker_is_started_before_a_trial_wants_one() -> None:
    """Ray would wait without end for its first ones if one died before it had registered."""
    started = subprocess.run(
        [sys.executable, "-c", START], stdout=subprocess.PIPE, text=True, check=True, timeout=120
    ).stdout
    assert "raylet/raylet" in started
    assert "ray::IDLE" not in started


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
