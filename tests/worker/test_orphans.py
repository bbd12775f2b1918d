"""No trial outlives the process that watches over it."""

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.task import Report
from hpo.worker.messages import Work
from hpo.worker.process import ExecutorProcess
from tests.cli import REPOSITORY
from tests.worker import acts
from tests.worker.acts import is_running, pids, wait_until

SUPERVISE = """
import sys
from pathlib import Path
from hpo.worker import supervise
from tests.worker import acts

folder = Path(sys.argv[1])
outcome = supervise(acts.Act(getattr(acts, sys.argv[2])), acts.assignment(folder), lambda _: None)
(folder / "pid").write_text(str(int(outcome.metrics["pid"])))
"""


def start(folder: Path, act: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.Popen([sys.executable, "-c", SUPERVISE, str(folder), act], env=environment)


@pytest.mark.parametrize("act", ["hang", "hang_in_native_code", "ignore_sigterm"])
def test_a_killed_supervisor_takes_its_trial_along(tmp_path: Path, act: str) -> None:
    """After kill -9 of the supervising process, the trial's process and the programs it started vanish."""
    supervisor = start(tmp_path, act)
    left = pids(tmp_path)
    assert all(is_running(pid) for pid in left)
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: not any(is_running(pid) for pid in left))


def test_a_supervisor_that_ends_takes_its_executor_along(tmp_path: Path) -> None:
    """When the supervising process ends as it should, its idle executor is gone."""
    assert start(tmp_path, "succeed").wait() == 0
    assert not is_running(int((tmp_path / "pid").read_text()))


def test_a_supervisor_that_is_asked_to_end_takes_its_trial_along(tmp_path: Path) -> None:
    """SIGTERM, which nobody handles, ends the trial too."""
    supervisor = start(tmp_path, "hang")
    left = pids(tmp_path)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait() == -signal.SIGTERM
    wait_until(lambda: not any(is_running(pid) for pid in left))


def test_a_trial_whose_supervisor_no_longer_listens_ends_without_an_outcome(tmp_path: Path) -> None:
    """The socket may close before the lifeline: a report that cannot be sent is no failure of the trial."""
    executor = ExecutorProcess(1)
    task = acts.Act(acts.report_without_end)
    executor.send(Work("act", pickle.dumps(task), acts.assignment(tmp_path)))
    wait_until(lambda: isinstance(executor.receive(1.0), Report))
    executor._connection.close()
    wait_until(lambda: executor.exit_code == -signal.SIGKILL)
    executor.close()
    assert not (tmp_path / "result.json").exists()
