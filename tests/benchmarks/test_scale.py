import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.scale.clock import ProcessorClock, computed_s, waits
from tests.cli import module

OTHER = """
import sys, time
sys.stdin.readline()
while time.process_time() < 0.5:
    pass
print(flush=True)
sys.stdin.readline()
"""


def compute(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass


def test_the_clock_runs_while_something_is_computed() -> None:
    """Sleeping takes no time, computing does, and a skip puts it forward and never back."""
    clock = ProcessorClock()
    began = clock.time()
    time.sleep(0.3)
    asleep = clock.time()
    compute(0.3)
    computed = clock.time()
    with clock.uncounted():
        compute(0.3)
    assert asleep - began < 0.2 < computed - asleep
    assert clock.time() - computed < 0.2
    clock.skip_to(began + 60)
    clock.skip_to(began)
    assert 60 <= clock.time() - began < 61


def test_the_clock_runs_by_another_process() -> None:
    """While that one computes, and not while it waits."""
    with subprocess.Popen([sys.executable, "-c", OTHER], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        while not waits(other.pid):
            time.sleep(0.05)
        clock = ProcessorClock()
        before, other_before = clock.time(), computed_s(other.pid)
        with clock.run_by(other.pid):
            other.stdin.write("\n")
            other.stdin.flush()
            other.stdout.readline()
        passed, other_passed = clock.time() - before, computed_s(other.pid) - other_before
        other.communicate("\n")
    assert other_passed > 0.1
    assert passed == pytest.approx(other_passed, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sobol", "bayes"])
def test_a_simulated_study_ends_with_its_trials(optimizer: str, tmp_path: Path) -> None:
    """Real journal, searcher and suggestions; minutes of trials pass in seconds of work."""
    run = module("benchmarks.scale.worker", optimizer, "4", "60", "12", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    assert found["virtual_s"] > 100  # three trials of a minute, one after the other, in each slot
    assert 0.5 < found["utilisation"] <= 1
    assert found["driver_cpu_ms"] > 0
    assert found["journal_bytes"] > 1000  # ten reports
    assert found["memory_mib"][-1][0] == 12
