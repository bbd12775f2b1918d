import os
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from hpo.control_groups import cpu_quota, memory_left, memory_limit
from hpo.doctor.allocation import allocation
from hpo.doctor.gpus import compared, gpus
from hpo.doctor.libraries import libraries
from hpo.doctor.machine import memory, processors
from hpo.machine import Machine
from tests.doctor.doctor import doctor, worst_of

N_CPUS = int(Machine.here(count_gpus=False).n_cpus)


def test_processors_are_those_that_affinity_leaves(tmp_path: Path) -> None:
    """One, where the process is bound to one."""
    one = min(os.sched_getaffinity(0))
    found = doctor(cwd=tmp_path, before=lambda: os.sched_setaffinity(0, {one}))
    assert found.of("processors")[0]["values"]["usable"] == 1


def test_more_slots_than_processors_are_a_warning_with_the_share_that_fits() -> None:
    """As the program itself would say."""
    level, _, remedy = worst_of(processors(4 * N_CPUS))
    assert level == "warning"
    assert "resources.cpus_per_trial=0.25" in remedy


def test_more_slots_than_memory_are_a_warning() -> None:
    """With how many would fit."""
    level, what, remedy = worst_of(memory(100_000))
    assert (level, "100000 slots need some" in what) == ("warning", True)
    assert "concurrency=" in remedy


@pytest.mark.parametrize(
    ("membership", "files", "found"),
    [
        (
            "0::/job/step\n",
            {
                "job/cpu.max": "200000 100000",
                "job/step/cpu.max": "max 100000",
                "job/memory.max": "1000",
                "job/memory.current": "700",
                "job/memory.stat": "anon 300\ninactive_file 200\nactive_file 200",
            },
            (2.0, 1000, 500),
        ),
        (
            "4:memory:/job/step\n3:cpu,cpuacct:/job\n0::/\n",
            {
                "memory/job/memory.limit_in_bytes": "2000",
                "memory/job/memory.usage_in_bytes": "300",
                "memory/job/step/memory.limit_in_bytes": "3000",
                "memory/job/step/memory.usage_in_bytes": "1900",
                "memory/job/step/memory.stat": "inactive_file 1\ntotal_inactive_file 400",
                "cpu,cpuacct/job/cpu.cfs_quota_us": "150000",
                "cpu,cpuacct/job/cpu.cfs_period_us": "100000",
            },
            (1.5, 2000, 1500),
        ),
        ("0::/path/of/the/host\n", {"cpu.max": "50000 100000", "memory.max": "max"}, (0.5, None, None)),
        (
            "4:memory:/\n3:cpu:/\n",
            {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
            (None, None, None),
        ),
        ("", {}, (None, None, None)),
    ],
    ids=["version 2", "version 1", "container", "no limit", "no control groups"],
)
def test_the_tightest_control_group_counts(
    membership: str, files: dict[str, str], found: tuple[float | None, int | None, int | None], tmp_path: Path
) -> None:
    """From the process's own group up to the root, in files as the kernel writes them.

    What a group has used counts, but not the copies of files that the kernel would give up.
    """
    (tmp_path / "membership").write_text(membership)
    for name, content in files.items():
        path = tmp_path / "mount" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    where = (tmp_path / "membership", tmp_path / "mount")
    assert (cpu_quota(*where), memory_limit(*where), memory_left(*where)) == found


@pytest.mark.parametrize(
    ("by_torch", "by_ray", "visible", "level"),
    [
        (0, 0, None, "ok"),
        (2, 2, None, "ok"),
        (1, 4, "2", "ok"),
        (0, 4, "", "ok"),
        (0, 4, None, "warning"),  # a torch without CUDA
        (1, 4, "0,9", "warning"),  # torch stops at a number that is not there
    ],
)
def test_gpus_are_the_same_for_torch_and_ray(by_torch: int, by_ray: int, visible: str | None, level: str) -> None:
    """Or it is said which of them sees none."""
    assert compared(by_torch, by_ray, visible).level == level


def test_gpus_of_this_machine_are_counted_by_both() -> None:
    """Both libraries are imported and answer."""
    (finding,) = gpus()
    assert set(finding.values) == {"torch", "ray", "cuda_visible_devices"}
    assert finding.values["torch"] == Machine.here(count_gpus=True).n_gpus


def test_what_is_installed_goes_together() -> None:
    """In the environment of these tests."""
    (finding,) = libraries()
    assert finding.level == "ok"
    assert f"numpy {version('numpy')}" in finding.what


def test_a_version_that_does_not_go_with_the_others_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held against what an installed package says of itself; what is for another Python does not count."""
    info = tmp_path / "demo-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
        "Requires-Dist: numpy>=99\nRequires-Dist: nowhere-to-be-found\nRequires-Dist: psutil>=5\n"
        'Requires-Dist: torch>=99; python_version < "3"\nRequires-Dist: ray>=99; extra == "dev"\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    findings = list(libraries("demo"))
    assert [(finding.level, finding.values["package"]) for finding in findings] == [
        ("fault", "numpy"),
        ("fault", "nowhere-to-be-found"),
    ]
    assert findings[0].remedy == "pip install --constraint constraints.txt 'numpy>=99'"


def test_a_program_that_is_not_installed_is_a_warning() -> None:
    """Nothing then says what goes together."""
    assert worst_of(libraries("nowhere-to-be-found"))[0] == "warning"


def test_no_allocation_is_no_fault() -> None:
    """A workstation has none."""
    assert [finding.level for finding in allocation({})] == ["ok"]


def test_an_allocation_is_described() -> None:
    """By the variables that SLURM sets in a job."""
    job = {
        "SLURM_JOB_ID": "7",
        "SLURMD_NODENAME": "n1",
        "SLURM_JOB_NUM_NODES": "1",
        "SLURM_CPUS_ON_NODE": str(N_CPUS),
        "SLURM_MEM_PER_NODE": "9",
    }
    (finding,) = allocation(job)
    assert finding.what == f"SLURM job 7: 1 node, {N_CPUS} processors on this one, SLURM_MEM_PER_NODE=9"


@pytest.mark.parametrize(
    ("variables", "level", "what"),
    [
        ({"SLURM_STEP_NUM_TASKS": "4"}, "fault", "srun starts this program 4 times"),
        ({"SLURM_CPUS_ON_NODE": str(N_CPUS + 6)}, "warning", f"may use {N_CPUS} of the {N_CPUS + 6} processors"),
        ({"SLURM_JOB_NUM_NODES": "3"}, "warning", "the job has 3 nodes"),
        ({"SLURMD_NODENAME": None}, "warning", "and not on a node of the job"),
        ({"SLURM_JOB_END_TIME": str(int(time.time()) + 60)}, "warning", "the job ends in"),
    ],
)
def test_what_goes_wrong_in_an_allocation(variables: dict[str, str | None], level: str, what: str) -> None:
    """Each with what to type instead."""
    said = {"SLURM_JOB_ID": "7", "SLURMD_NODENAME": "n1", **variables}
    job = {name: value for name, value in said.items() if value is not None}
    finding = max(allocation(job), key=lambda finding: finding.remedy is not None)
    assert (finding.level, what in finding.what) == (level, True), finding
