"""A part of Ray that every study needs ends under one."""

import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from ray import __version__

from tests.ray_cluster import processes, ray_cluster
from tests.study_process import StudyProcess
from tests.torture.invariants import check_end, check_files

pytestmark = [pytest.mark.ray, pytest.mark.slow]

OWN = ("tuner=ray", "resources.cpus_per_trial=0.25")


@pytest.fixture(autouse=True)
def folder_of_ray(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a Ray that crashes leave its logs where they are removed; the paths of its sockets have to be short."""
    folder = tempfile.mkdtemp(prefix="watch-", dir="/tmp")
    monkeypatch.setenv("RAY_TMPDIR", folder)
    yield
    shutil.rmtree(folder, ignore_errors=True)


def part_of_ray(study: StudyProcess, name: str = "gcs_server") -> psutil.Process:
    """Return that of the Ray that the study started."""
    (found,) = [process for process in study.processes() if process.name() == name]
    return found


@pytest.mark.parametrize("part", ["gcs_server", "raylet"])
def test_a_study_whose_ray_crashes_says_how_it_goes_on(tmp_path: Path, part: str) -> None:
    """It ends soon, and leaves no process; then it finishes what was asked."""
    study = StudyProcess(tmp_path, *OWN, "concurrency=2", "num_trials=6", "+task.fixed.step_s=0.5")
    with study.start_and_wait(3) as driver:
        try:
            part_of_ray(study, part).send_signal(signal.SIGSEGV)
            assert driver.wait(50) == 75, study.log[-4000:]  # without its GCS Ray itself would end it after 60 s
        finally:
            driver.kill()
    study.wait_until_all_are_gone()
    assert "To go on: python -m hpo restart=resume study=torture" in study.log
    assert "Traceback" not in study.log, study.log[-4000:]
    assert "is run again" not in study.log, study.log[-4000:]  # no trial loses a retry
    (logs,) = re.findall(rf"Ray's {part} is gone \({part}\.err in (\S+) may say why", study.log)
    assert "SIGSEGV" in Path(logs, f"{part}.err").read_text()
    check_files(study.root)
    assert study.run("restart=resume") == 0, study.log[-4000:]
    check_end(study.root, 6)


def test_a_raylet_that_crashes_is_noticed_although_no_trial_reports(tmp_path: Path) -> None:
    """No call of Ray's returns meanwhile, or fails."""
    study = StudyProcess(tmp_path, *OWN, "concurrency=2", "num_trials=2", "+task.fixed.step_s=60")
    with study.start_and_wait(2) as driver:
        try:
            part_of_ray(study, "raylet").kill()
            assert driver.wait(50) == 75, study.log[-4000:]
        finally:
            driver.kill()
    study.wait_until_all_are_gone()
    assert "is run again" not in study.log, study.log[-4000:]
    check_files(study.root)


def test_a_study_that_stops_as_its_ray_crashes_was_interrupted(tmp_path: Path) -> None:
    """The signal came first, and the exit code is that of the signal."""
    study = StudyProcess(tmp_path, *OWN, "concurrency=2", "num_trials=4", "+task.fixed.step_s=60", "grace_s=200")
    with study.start_and_wait(2) as driver:
        try:
            driver.terminate()
            study.wait_for(driver, lambda: "SIGTERM: no new trials" in study.log)
            part_of_ray(study).send_signal(signal.SIGSEGV)
            assert driver.wait(50) == 128 + signal.SIGTERM, study.log[-4000:]
        finally:
            driver.kill()
    study.wait_until_all_are_gone()
    assert "Stopped by SIGTERM, and Ray's gcs_server ended meanwhile. To go on: " in study.log
    check_files(study.root)


def test_a_cluster_that_loses_its_gcs_is_given_the_time_that_ray_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The study ends shortly before Ray would end it, and goes on with a Ray of its own."""
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "12")
    arguments = ("resources=cluster", "concurrency=2", "num_trials=6", "+task.fixed.step_s=0.5")
    with ray_cluster(2) as cluster:
        study = StudyProcess(tmp_path, *arguments)
        with study.start_and_wait(3, f"resources.address={cluster.address}") as driver:
            try:
                (gcs,) = [process for process in processes(cluster.mark) if process.name() == "gcs_server"]
                gcs.kill()
                assert driver.wait(50) == 75, study.log[-4000:]
            finally:
                driver.kill()
    assert "Ray's gcs_server is gone (gcs_server.err in Ray's logs may say why)" in study.log
    assert "Traceback" not in study.log, study.log[-4000:]
    check_files(study.root)
    own = ("resources=laptop", "resources.address=null", "resources.cpus_per_trial=0.5")
    assert study.run("restart=resume", *own) == 0, study.log[-4000:]
    check_end(study.root, 6)


@pytest.mark.skipif(not __version__.startswith("2.6."), reason="a later Ray has no such settings")
def test_a_slot_takes_one_worker(tmp_path: Path) -> None:
    """Ray 2.6 by itself starts two, and ends one as others start, which may make it crash."""
    study = StudyProcess(tmp_path, *OWN, "concurrency=4", "num_trials=4", "+task.fixed.step_s=60")
    with study.start_and_wait(4) as driver:
        try:
            (logs,) = [word[10:] for word in part_of_ray(study).cmdline() if word.startswith("--log_dir=")]
            assert 4 <= Path(logs, "raylet.out").read_text().count("Started worker process") < 8
        finally:
            driver.kill()
    study.wait_until_all_are_gone(was_killed=True)
