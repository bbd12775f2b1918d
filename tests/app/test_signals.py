import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from hpo.study.ledger import Ledger
from tests.study_process import TUNERS, StudyProcess

pytestmark = [pytest.mark.ray, pytest.mark.slow]


@pytest.fixture(params=TUNERS)
def study(request: pytest.FixtureRequest, tmp_path: Path) -> StudyProcess:
    return StudyProcess(tmp_path, *TUNERS[request.param], "num_trials=40")


def has_raylet(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):  # Ray starts others, which soon end
        return any(child.name() == "raylet" for child in psutil.Process(pid).children())
    return False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_trials_at_their_next_checkpoint(study: StudyProcess, number: signal.Signals, code: int) -> None:
    """Long before the time of grace is over; no trial is begun, nothing is left running, and the way on is said."""
    with study.start_and_wait(2, "grace_s=3600", "+task.fixed.step_s=0.2") as process:
        process.send_signal(number)
        assert process.wait(120) == code, study.log[-4000:]
    study.wait_until_all_are_gone()
    assert "To go on: python -m hpo restart=resume study=torture" in study.log
    assert "Traceback" not in study.log
    ledger = Ledger.read(study.root / "journal.jsonl")
    assert ledger.sessions[-1].closed == number.name
    assert ledger.unfinished
    assert all(ledger.trials[index].checkpoint is not None for index in ledger.unfinished)
    assert (study.root / "summary.json").exists()


def test_a_trial_without_checkpoints_is_ended_after_the_grace(study: StudyProcess) -> None:
    """It had its time; it stays unfinished, for the next session."""
    arguments = ("grace_s=1", "+task.fixed.step_s=1000")
    with study.start_and_wait(1, *arguments) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 143, study.log[-4000:]
    study.wait_until_all_are_gone()
    assert 0 in Ledger.read(study.root / "journal.jsonl").unfinished


def test_a_second_signal_ends_at_once(study: StudyProcess) -> None:
    """Whatever the time of grace: nothing is left running, and what had completed is in the journal."""
    with study.start_and_wait(1, "grace_s=3600", "+task.fixed.step_s=1000") as process:
        process.send_signal(signal.SIGINT)
        study.wait_for(process, lambda: "SIGINT: no new trials" in study.log, 60)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130, study.log[-4000:]
    study.wait_until_all_are_gone()
    assert "restart=resume study=torture" in study.log
    assert "Traceback" not in study.log
    assert 0 in Ledger.read(study.root / "journal.jsonl").unfinished


def test_a_signal_before_the_study_begins_leaves_nothing(tmp_path: Path) -> None:
    """While a module is still imported, or nodes are asked: said in a line, and there is no study."""
    study = StudyProcess(tmp_path, "task.function=slow.slow", "tuner=inline", "num_trials=1")
    (tmp_path / "slow.py").write_text("import time\nprint('importing', flush=True)\ntime.sleep(1000)\n")
    with study.start() as process:
        study.wait_for(process, lambda: "importing" in study.log, 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143, study.log[-4000:]
    assert "Stopped by SIGTERM before the study began" in study.log
    assert "Traceback" not in study.log
    assert not (tmp_path / "outputs" / "torture").exists()


@pytest.mark.parametrize("later_s", [0.2, 0.5, 0.9])
def test_a_signal_while_ray_starts_is_not_rays(tmp_path: Path, later_s: float) -> None:
    """Below Python it has a handler for a while that writes a trace and aborts the program."""
    study = StudyProcess(tmp_path, *TUNERS["ray"], "num_trials=40", "+task.fixed.step_s=0.2")
    task = tmp_path / "walk.py"
    task.write_text(f"import numpy\n{task.read_text()}")  # which has threads of its own
    with study.start() as driver:
        try:
            study.wait_for(driver, lambda: has_raylet(driver.pid), 60)
            time.sleep(later_s)
            driver.send_signal(signal.SIGTERM)
            assert driver.wait(60) == 143, study.log[-4000:]
        finally:
            driver.kill()
    assert "SIGTERM received" not in study.log
    assert "Stopped by SIGTERM" in study.log
    study.wait_until_all_are_gone()
