import os
import re
from pathlib import Path

import pytest

from tests.doctor.doctor import doctor


def long_folder(above: Path) -> Path:
    folder = above / ("x" * 80)
    folder.mkdir()
    return folder


def test_a_long_path_is_a_fault(tmp_path: Path) -> None:
    """With how many bytes it is too long, and a shorter one."""
    found = doctor(cwd=tmp_path, RAY_TMPDIR=str(long_folder(tmp_path)))
    (sockets,) = found.of("sockets")
    assert (found.exit_code, found.faults) == (1, {"sockets"})
    assert sockets["values"]["bytes"] > sockets["values"]["limit"] == 107
    assert "RAY_TMPDIR=" in sockets["what"]
    assert "export RAY_TMPDIR=/tmp" in sockets["remedy"]


def test_sockets_are_elsewhere_where_tmpdir_is_long(tmp_path: Path) -> None:
    """As it is on many clusters."""
    found = doctor(cwd=tmp_path, TMPDIR=str(long_folder(tmp_path)))
    (sockets,) = found.of("sockets")
    assert sockets["level"] == "ok"
    assert sockets["values"]["path"].startswith("/tmp/hpo-")  # noqa: S108 - where Ray has its sockets


@pytest.mark.slow
def test_ray_agrees_that_the_path_is_too_long(tmp_path: Path) -> None:
    """It starts with the longest path that is no fault here; a study refuses what is one."""
    short = doctor(cwd=tmp_path, TMPDIR="/tmp").of("sockets")[0]["values"]  # noqa: S108 - its length is what counts
    longest = Path("/tmp") / ("x" * (short["limit"] - short["bytes"] - 1))  # noqa: S108 - the same
    longest.mkdir(exist_ok=True)
    try:
        found = doctor("--start-ray", cwd=tmp_path, TMPDIR=str(longest))
        assert (found.levels("sockets"), found.levels("ray")) == (["ok"], ["ok"])
    finally:
        for path in sorted(longest.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        longest.rmdir()
    found = doctor("--start-ray", cwd=tmp_path, RAY_TMPDIR=str(long_folder(tmp_path)))
    (ray,) = found.of("ray")
    assert ray["level"] == "fault"
    assert re.search(r"the paths of its sockets would have \d+ bytes, of 107 at most", ray["what"])


def test_a_folder_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    """Where nobody can write, root neither."""
    found = doctor(cwd=tmp_path, TMPDIR="/proc/sys")
    assert found.exit_code == 1
    assert "fault" in found.levels("temporary")
    assert "/proc/sys cannot be written" in found.of("temporary")[0]["what"]
    assert os.listdir("/proc/sys")  # noqa: PTH208 - it is there, and only not writable
