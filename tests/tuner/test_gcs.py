"""Ray's global control service ends under a study."""

import re
import signal
from pathlib import Path

import psutil
import pytest

from tests.study_process import StudyProcess
from tests.torture.invariants import check_end, check_files

pytestmark = [pytest.mark.ray, pytest.mark.slow]

OWN = ("tuner=ray", "concurrency=2", "resources.cpus_per_trial=0.5")


def gcs_server(study: StudyProcess) -> psutil.Process:
    """Return that of the Ray that the study started."""
    (found,) = [process for process in study.processes() if process.name() == "gcs_server"]
    return found


def test_a_study_whose_ray_crashes_says_how_it_goes_on(tmp_path: Path) -> None:
    """It ends soon, as one that may be tried again, and leaves no process; then it finishes what was asked."""
    study = StudyProcess(tmp_path, *OWN, "num_trials=8")
    with study.start_and_wait(3) as driver:
        try:
            gcs_server(study).send_signal(signal.SIGSEGV)
            assert driver.wait(50) == 75, study.log[-4000:]  # Ray itself would end it after 60 s
        finally:
            driver.kill()
    study.wait_until_all_are_gone()
    assert "To go on: python -m hpo restart=resume study=torture" in study.log
    assert "Traceback" not in study.log, study.log[-4000:]
    (logs,) = re.findall(r"gcs_server\.err in (\S+) may say why", study.log)
    assert "SIGSEGV" in Path(logs, "gcs_server.err").read_text()
    check_files(study.root)
    assert study.run("restart=resume") == 0, study.log[-4000:]
    check_end(study.root, 8)


def test_a_study_that_stops_as_its_ray_crashes_was_interrupted(tmp_path: Path) -> None:
    """The signal came first, and the exit code is that of the signal."""
    study = StudyProcess(tmp_path, *OWN, "num_trials=4", "+task.fixed.step_s=30", "grace_s=200")
    with study.start_and_wait(2) as driver:
        try:
            driver.terminate()
            study.wait_for(driver, lambda: "SIGTERM: no new trials" in study.log)
            gcs_server(study).send_signal(signal.SIGSEGV)
            assert driver.wait(50) == 128 + signal.SIGTERM, study.log[-4000:]
        finally:
            driver.kill()
    study.wait_until_all_are_gone()
    assert "Stopped by SIGTERM, and Ray's gcs_server ended meanwhile. To go on: " in study.log
    check_files(study.root)


def test_a_slot_takes_one_worker(tmp_path: Path) -> None:
    """The one in which Ray 2.6 looks whether there is room: where one ends as another starts, that Ray may crash."""
    study = StudyProcess(tmp_path, "tuner=ray", "concurrency=4", "resources.cpus_per_trial=0.25", "num_trials=4")
    with study.start_and_wait(4, "+task.fixed.step_s=30") as driver:
        try:
            (logs,) = [word[10:] for word in gcs_server(study).cmdline() if word.startswith("--log_dir=")]
            assert 4 <= Path(logs, "raylet.out").read_text().count("Started worker process") < 8
        finally:
            driver.kill()
    study.wait_until_all_are_gone(was_killed=True)
