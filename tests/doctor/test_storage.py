import os
import shlex
from pathlib import Path

import pytest

from hpo.doctor.file_systems import FileSystem
from hpo.doctor.storage import storage
from tests.doctor.doctor import doctor, unshared, worst_of


def on_a_disk(mount: str, folder: Path, *, afterwards: str = "true") -> list[str]:
    """Return a command that mounts a disk at ``folder`` for the command that follows it, and for nobody else."""
    script = f'{mount} {shlex.quote(str(folder))} && {afterwards} && exec "$@"'
    return [*unshared("--mount"), "sh", "-c", script, "sh"]


def test_what_a_study_does_works_in_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """It is tried in the folder above, and nothing stays."""
    findings = list(storage(tmp_path / "not" / "yet"))
    assert {finding.check: finding.level for finding in findings} == dict.fromkeys(
        ("outputs", "shared", "renaming", "lock", "journal"), "ok"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_a_second_process_gets_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own tries, not this one again: here one in which the lock knows of no other."""
    (tmp_path / "sitecustomize.py").write_text(
        "import filelock\n\nfilelock.SoftFileLease.acquire = lambda *_, **__: None\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    (lock,) = [found for found in storage(tmp_path) if found.check == "lock"]
    assert (lock.level, "a second one refused: False" in lock.what) == ("fault", True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_a_fault(tmp_path: Path) -> None:
    """With the way to look at it."""
    tmp_path.chmod(0o500)
    try:
        level, what, remedy = worst_of(storage(tmp_path))
    finally:
        tmp_path.chmod(0o700)
    assert level == "fault"
    assert "Permission denied" in what
    assert f"ls -ld {tmp_path}" in remedy


def test_a_disk_that_may_only_be_read_is_a_fault(tmp_path: Path) -> None:
    """As an archive is mounted on many clusters."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = on_a_disk("mount -t tmpfs -o ro none", disk)
    found = doctor("--outputs", str(disk), cwd=tmp_path, wrapped_in=command)
    assert found.exit_code == 1
    assert "Read-only file system" in found.of("outputs")[-1]["what"]


def test_a_full_disk_is_a_fault(tmp_path: Path) -> None:
    """Before anything is lost on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    fill = f"(dd if=/dev/zero of={shlex.quote(str(disk / 'file'))} bs=4096 2>/dev/null; true)"
    command = on_a_disk("mount -t tmpfs -o size=1m none", disk, afterwards=fill)
    found = doctor("--outputs", str(disk), cwd=tmp_path, wrapped_in=command)
    room = found.of("outputs")[0]
    assert (room["level"], room["values"]["free_bytes"], room["values"]["file_system"]) == ("fault", 0, "tmpfs")
    assert f"Free space below {disk}" in room["remedy"]


def test_a_disk_for_few_files_is_a_warning(tmp_path: Path) -> None:
    """There is room for bytes, and for 500 names."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = on_a_disk("mount -t tmpfs -o nr_inodes=500,size=2g none", disk)
    found = doctor("--outputs", str(disk), cwd=tmp_path, wrapped_in=command)
    assert found.levels("outputs")[0] == "warning"
    assert "files can be made and no more" in found.of("outputs")[0]["what"]


def test_the_mount_on_top_counts(tmp_path: Path) -> None:
    """Of two that are mounted at the same place, one over the other."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = on_a_disk("mount -t tmpfs none", disk, afterwards=f"mount -t ramfs none {shlex.quote(str(disk))}")
    found = doctor("--outputs", str(disk), cwd=tmp_path, wrapped_in=command)
    assert found.of("outputs")[0]["values"]["file_system"] == "ramfs"


@pytest.mark.parametrize(("kind", "is_network"), [("nfs4", True), ("lustre", True), ("ext4", False), ("tmpfs", False)])
def test_network_file_systems_are_known(kind: str, is_network: bool) -> None:
    """By the word of the mount table."""
    assert FileSystem(kind, Path("/"), 1, None).is_network is is_network


def test_the_file_system_of_a_folder_is_in_the_mount_table(tmp_path: Path) -> None:
    """Its mount point is above it, and it has room."""
    system = FileSystem.of(tmp_path)
    assert tmp_path.resolve().is_relative_to(system.mount_point)
    assert system.kind != "unknown"
    assert system.free_bytes > 0
