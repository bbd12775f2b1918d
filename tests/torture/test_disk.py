import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.study_process import TUNERS, StudyProcess
from tests.torture.invariants import check_end, check_files, completed_events

NUM_TRIALS = 30
MOUNT, UMOUNT = shutil.which("mount") or "mount", shutil.which("umount") or "umount"


def mount(*arguments: str) -> None:
    subprocess.run([MOUNT, *arguments], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 4 MiB, in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run([MOUNT, "-t", "tmpfs", "-o", "size=4m", "none", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a file system")
    try:
        yield folder
    finally:
        subprocess.run([UMOUNT, "--lazy", str(folder)], check=True)


@pytest.fixture(params=TUNERS)
def study(request: pytest.FixtureRequest, disk: Path) -> StudyProcess:
    return StudyProcess(disk, f"num_trials={NUM_TRIALS}", "restart=auto", *TUNERS[request.param])


def make_read_only(*arguments: str) -> None:
    """Remount so that nothing can be written; while something is written at that moment, try again."""
    deadline = time.monotonic() + 30
    while subprocess.run([MOUNT, *arguments], check=False).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def fail_while_read_only(study: StudyProcess, driver: subprocess.Popen[str], folder: str) -> None:
    """Let nothing be written in the folder until the program has ended, which is as one that failed."""
    try:
        mount("--bind", folder, folder)
        make_read_only("-o", "remount,bind,ro", folder)
        assert driver.wait(120) == 1, study.log[-4000:]
    finally:
        driver.kill()
        subprocess.run([UMOUNT, "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Write a file that takes all the room there is, while the study writes beside it."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        write_without_end(file)
    return path


def write_without_end(file: IO[bytes]) -> None:
    while True:
        file.write(bytes(4096))


@pytest.mark.slow
def test_a_full_disk_loses_nothing(study: StudyProcess, disk: Path) -> None:
    """The study stops and says why; with room again it goes on, and what had completed still has."""
    with study.start_and_wait(7) as driver:
        try:
            filler = fill(disk)
            assert driver.wait(120) == 1, study.log[-4000:]
        finally:
            driver.kill()
    study.wait_until_all_are_gone()
    before = completed_events(study.root)
    assert len(before) >= 5
    assert "the disk is full" in study.log or "No space left on device" in study.log
    filler.unlink()
    assert study.run() == 0, study.log[-4000:]
    after = completed_events(study.root)
    assert {index: after.get(index) for index in before} == before
    check_files(study.root)
    check_end(study.root, NUM_TRIALS)


@pytest.mark.slow
def test_a_directory_that_becomes_read_only_loses_nothing(study: StudyProcess, disk: Path) -> None:
    """The study stops with a clear error; when it may write again it goes on."""
    outputs = str(disk / "outputs")
    with study.start_and_wait(7) as driver:
        fail_while_read_only(study, driver, outputs)
    study.wait_until_all_are_gone()
    assert "cannot be written: Read-only file system" in study.log
    before = completed_events(study.root)
    assert study.run() == 0, study.log[-4000:]
    after = completed_events(study.root)
    assert {index: after.get(index) for index in before} == before
    check_end(study.root, NUM_TRIALS)


@pytest.mark.slow
def test_a_folder_that_ray_cannot_write_loses_nothing(disk: Path) -> None:
    """Ray 2.6 may be the first to meet a disk that fails: the study stops with the same error, and goes on."""
    study = StudyProcess(disk, "num_trials=12", "restart=auto", "+task.fixed.step_s=0.1", *TUNERS["ray"])
    with study.start_and_wait(3) as driver:
        (folder,) = map(str, study.root.glob("sessions/*/ray"))
        fail_while_read_only(study, driver, folder)
    study.wait_until_all_are_gone()
    assert f"{folder}/" in study.log
    assert " cannot be written: Read-only file system" in study.log
    assert "Traceback" not in study.log, study.log[-4000:]
    before = completed_events(study.root)
    assert study.run() == 0, study.log[-4000:]
    after = completed_events(study.root)
    assert {index: after.get(index) for index in before} == before
    check_end(study.root, 12)


@pytest.mark.slow
def test_a_read_only_study_is_refused_with_a_clear_error(study: StudyProcess, disk: Path) -> None:
    """Nothing is started, nothing is lost, and the message says what to do."""
    with study.start_and_wait(7) as driver:
        driver.kill()
    study.wait_until_all_are_gone(was_killed=True)
    before = completed_events(study.root)
    make_read_only("-o", "remount,ro", str(disk))
    try:
        assert study.run() == 1
    finally:
        mount("-o", "remount,rw", str(disk))
    assert "outputs/torture cannot be written: Read-only file system" in study.log
    assert "Traceback" not in study.log
    assert completed_events(study.root) == before
