import json
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hpo.doctor.file_systems import FileSystem
from hpo.doctor.sharing import sharing
from tests.cli import REPOSITORY
from tests.doctor.doctor import doctor
from tests.slurm.cluster import SCRATCH, SlurmCluster, slurm_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[SlurmCluster]:
    """A SLURM with two nodes."""
    with slurm_cluster() as cluster:
        yield cluster


def examined_in_a_job(cluster: SlurmCluster, cwd: Path, outputs: Path, *before: str) -> dict[str, Any]:
    """Return what the doctor finds on the first of two nodes; ``before`` is what its command begins with."""
    command = [*before, sys.executable, "-m", "hpo.doctor", "--json", "--outputs", str(outputs)]
    said = cwd / "said.json"
    script = f"PYTHONPATH={REPOSITORY} {shlex.join(command)} > {said}; true"
    asked = ("--nodes=2", "--ntasks=2", "--output=/dev/null")
    cluster.wait_until_ended(cluster.run("sbatch", "--parsable", *asked, "--wrap", script, cwd=cwd))
    findings: list[dict[str, Any]] = json.loads(said.read_text())["findings"]
    (found,) = [finding for finding in findings if finding["check"] == "shared"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("before", [(), ("srun", "--nodes=1", "--ntasks=1")], ids=["in the job", "in a step"])
def test_nodes_that_share_the_folder_say_so(cluster: SlurmCluster, tmp_path: Path, before: tuple[str, ...]) -> None:
    """On a disk that by its kind is of one machine: what the nodes say counts."""
    found = examined_in_a_job(cluster, tmp_path, tmp_path / "outputs", *before)
    assert (found["level"], found["what"]) == ("ok", f"yes: n1, n2 see what is written in {tmp_path}")
    assert {path.name for path in tmp_path.iterdir()} == {"said.json"}


@pytest.mark.slow
def test_a_node_that_has_another_folder_is_a_fault(cluster: SlurmCluster, tmp_path: Path) -> None:
    """By its name, and with what to do."""
    found = examined_in_a_job(cluster, tmp_path, Path(SCRATCH))
    assert (found["level"], found["what"]) == ("fault", f"no: n2 of 2 nodes see another {SCRATCH}")
    assert "a file system that all nodes share" in found["remedy"]


def test_a_folder_of_one_machine_is_a_fault_in_a_job_of_several_nodes(tmp_path: Path) -> None:
    """Where SLURM does not answer, the kind of the file system counts; the exit code tells it."""
    srun = tmp_path / "srun"
    srun.write_text("#!/bin/sh\necho 'srun: error: nobody answers' >&2\nexit 1\n")
    srun.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    found = doctor(
        *("--outputs", "/dev/shm"),  # noqa: S108 - its kind is what counts
        cwd=tmp_path,
        SLURM_JOB_ID="7",
        SLURM_JOB_NUM_NODES="4",
        SLURMD_NODENAME="n1",
        PATH=path,
    )
    (shared,) = found.of("shared")
    assert (found.exit_code, found.faults, shared["values"]) == (1, {"shared"}, {"shared": False})
    assert "no, by its kind: tmpfs is a file system of this machine; the 4 nodes of the job" in shared["what"]
    assert "nobody answers" in shared["what"]


@pytest.mark.parametrize(
    ("kind", "is_server", "said"),
    [
        ("xfs", False, ("fault", "no")),
        ("xfs", True, ("warning", "no")),  # it may be served
        ("tmpfs", True, ("fault", "no")),
        ("lustre", False, ("ok", "yes")),
        ("fuse.something", False, ("warning", "not known")),
    ],
)
def test_the_kind_counts_where_nobody_can_be_asked(
    kind: str, is_server: bool, said: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is certain is a fault; what is not is a warning with a way to be sure."""
    monkeypatch.setattr(FileSystem, "of", lambda _: FileSystem(kind, Path("/"), 2**40, None))
    folder = tmp_path / "made"
    folder.mkdir()
    exports = tmp_path if is_server else tmp_path / "none"
    (found,) = sharing(folder, {"SLURM_JOB_NUM_NODES": "4", "PATH": str(tmp_path)}, exports)
    assert (found.level, found.what.startswith(said[1])) == (said[0], True), found
    assert ("srun --overlap" in (found.remedy or "")) is (said[0] == "warning")


def test_one_node_has_nobody_to_share_with(tmp_path: Path) -> None:
    """It is said whether others could see the folder, and is no fault."""
    assert [found.level for found in sharing(tmp_path, {"SLURM_JOB_NUM_NODES": "1"})] == ["ok"]
