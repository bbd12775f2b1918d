import os
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from hpo.study import Outcome, Status
from hpo.task import ParameterValue
from hpo.worker import supervise
from tests.worker import acts
from tests.worker.acts import Act, assignment


def pid_of(folder: Path, *, fresh_process: bool) -> int:
    outcome = supervise(Act(acts.succeed), assignment(folder, fresh_process=fresh_process), lambda _: None)
    assert outcome is not None
    assert outcome.status is Status.COMPLETED
    return int(outcome.metrics["pid"])


@pytest.mark.parametrize(("fresh_process", "n_processes"), [(True, 3), (False, 1)])
def test_a_fresh_process_runs_one_trial(tmp_path: Path, fresh_process: bool, n_processes: int) -> None:
    """With fresh_process three trials run in three processes, without it in one."""
    pid_of(tmp_path, fresh_process=True)  # whatever was before in this process
    assert len({pid_of(tmp_path, fresh_process=fresh_process) for _ in range(3)}) == n_processes


def test_a_used_process_is_no_fresh_one(tmp_path: Path) -> None:
    """A trial that wants a fresh process does not get the one of a trial that did not ask for it."""
    assert pid_of(tmp_path, fresh_process=False) != pid_of(tmp_path, fresh_process=True)


def test_what_a_trial_left_in_memory_is_gone(tmp_path: Path) -> None:
    """A module that counts the trials of its process counts one each time."""
    for _ in range(2):
        outcome = supervise(Act(count), assignment(tmp_path, fresh_process=True), lambda _: None)
        assert outcome is not None
        assert outcome.metrics == {"value": 1.0}


def test_the_next_process_waits_while_the_last_one_ends(tmp_path: Path) -> None:
    """After a trial another process is there for the next one, which it runs; the one of the trial ends by itself."""
    before = pid_of(tmp_path, fresh_process=True)
    acts.wait_until(lambda: not psutil.pid_exists(before))
    (waiting,) = (child.pid for child in psutil.Process().children() if "hpo.worker.executor" in child.cmdline())
    assert pid_of(tmp_path, fresh_process=True) == waiting


def test_a_process_that_does_not_end_is_ended_before_the_next_trial(tmp_path: Path) -> None:
    """Whatever it holds, the memory of a GPU say, is free when the next trial begins."""
    outcome = supervise(Act(stay), assignment(tmp_path, fresh_process=True), lambda _: None)
    assert isinstance(outcome, Outcome)
    seen = supervise(Act(look_for), assignment(tmp_path, fresh_process=True, index=int(outcome.metrics["pid"])), print)
    assert seen is not None
    assert seen.metrics == {"value": 0.0}


TRIALS: list[int] = []  # of this process


def count(*_: object) -> float:
    TRIALS.append(os.getpid())
    return float(len(TRIALS))


def stay(_: object, __: object) -> Mapping[str, float]:
    import threading  # noqa: PLC0415 - in the trial's process
    import time  # noqa: PLC0415 - the same

    threading.Thread(target=time.sleep, args=(1000,)).start()  # for which an interpreter that ends waits
    return {"pid": os.getpid()}


def look_for(_: Mapping[str, ParameterValue], context: object) -> float:
    return float(acts.is_running(context.index))  # type: ignore[attr-defined]
