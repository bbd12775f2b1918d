"""Studies on a Ray that is there already: what is checked before they start, and what stays when they end."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from hpo.study.journal import read_events
from hpo.tuner.ray.preflight import versions
from tests.cli import REPOSITORY
from tests.ray_cluster import MARK, RayCluster, processes, ray_cluster
from tests.study_process import StudyProcess
from tests.torture.invariants import check_end, check_files

pytestmark = [pytest.mark.ray, pytest.mark.slow]

CPUS = (2, 1)
# A module that the driver can import, and the nodes cannot.
ELSEWHERE = f"""
import os

if "{MARK}" in os.environ:
    raise ImportError("libfar.so.1: cannot open shared object file")


def f(x1: float, x2: float) -> float:
    return x1 + x2
"""
# In the workers of a node: another Python, and a clock that is ahead.
OTHER_WORKERS = """
import platform
import sys
import time

if any("default_worker" in word for word in sys.orig_argv):
    now = time.time
    time.time = lambda: now() + 60
    platform.python_version_tuple = lambda: ("2", "7", "18")
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    with ray_cluster(*CPUS) as running:
        yield running


def run(cluster: RayCluster, cwd: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "300", "RAY_TMPDIR": cluster.folder, **environment}
    command = [sys.executable, "-m", "hpo", "study=s", "optimizer=sobol", "resources=cluster", *arguments]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **settings}, capture_output=True, text=True, timeout=300, check=False
    )


def workers(cluster: RayCluster) -> list[str]:
    """Return the command lines of the processes of the cluster that run trials."""
    found = []
    for process in processes(cluster.mark):
        with suppress(psutil.Error):
            line = " ".join(process.cmdline())
            if "hpo.worker.executor" in line or "ImplicitFunc" in line or "run_trial" in line:
                found.append(line)
    return found


def test_a_study_leaves_the_cluster_as_it_was(cluster: RayCluster, tmp_path: Path) -> None:
    """At most as many trials at once as the nodes have processors; then the nodes live, and no worker is left."""
    ended = run(cluster, tmp_path, f"resources.address={cluster.address}", "num_trials=9", "task.sleep_s=1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"9 trials, {sum(CPUS)} at once" in ended.stdout
    events = [event for event in read_events(tmp_path / "outputs/s/journal.jsonl") if event["event"] == "completed"]
    spans = [(float(str(event["started_at"])), float(str(event["seconds"]))) for event in events]
    assert max(sum(a <= moment < a + s for a, s in spans) for moment, _ in spans) <= sum(CPUS)
    assert {path.name for path in tmp_path.iterdir()} == {"outputs"}
    assert {path.name for path in (tmp_path / "outputs").iterdir()} == {"s"}
    assert all(psutil.pid_exists(raylet) for raylet in cluster.raylets)
    wait_until_no_worker_is_left(cluster)


def wait_until_no_worker_is_left(cluster: RayCluster) -> None:
    deadline = time.monotonic() + 60
    while left := workers(cluster):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_study_that_is_ended_leaves_no_worker_and_goes_on(
    cluster: RayCluster, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """SIGTERM ends it in order and SIGKILL at once; the nodes live, its trials do not, and it can be resumed."""
    said = (f"resources.address={cluster.address}", "resources=cluster", "num_trials=6")
    study = StudyProcess(tmp_path, *said, "+task.fixed.step_s=0.3", "grace_s=3600")
    with study.start_and_wait(2) as driver:
        driver.send_signal(number)
        assert driver.wait(120) == code, study.log[-4000:]
    wait_until_no_worker_is_left(cluster)
    assert all(psutil.pid_exists(raylet) for raylet in cluster.raylets)
    check_files(study.root)
    assert study.run("restart=resume") == 0, study.log[-4000:]
    check_end(study.root, 6)


@pytest.mark.parametrize("named_by", ["RAY_ADDRESS", "address file"])
def test_auto_is_the_ray_that_is_named(cluster: RayCluster, tmp_path: Path, named_by: str) -> None:
    """RAY_ADDRESS, or else the file in which Ray keeps the address of the Ray that was started here last."""
    said = {"RAY_ADDRESS": cluster.address, "RAY_TMPDIR": str(tmp_path)} if named_by == "RAY_ADDRESS" else {}
    ended = run(cluster, tmp_path, "num_trials=2", **said)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    events = list(read_events(tmp_path / "outputs/s/journal.jsonl"))
    assert all("(127.0.0.1)" in str(event["node"]) for event in events if event["event"] == "started")


def test_a_local_study_does_not_join_a_cluster_that_is_named(cluster: RayCluster, tmp_path: Path) -> None:
    """Without resources.address there is a Ray of its own, whatever the environment and the address file say."""
    ended = run(cluster, tmp_path, "resources=laptop", "num_trials=2", RAY_ADDRESS=cluster.address)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    events = list(read_events(tmp_path / "outputs/s/journal.jsonl"))
    assert all("node" not in event for event in events if event["event"] == "started")


def test_what_does_not_fit_on_the_nodes_is_refused(cluster: RayCluster, tmp_path: Path) -> None:
    """More trials than processors, and GPUs that are not there: both at once, and nothing is made."""
    said = (f"resources.address={cluster.address}", "concurrency=4", "resources.gpus_per_trial=1")
    ended = run(cluster, tmp_path, *said)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert "concurrency=4 with resources.cpus_per_trial=1 needs 4 processors (the cluster has" in ended.stderr
    assert "concurrency=4 with resources.gpus_per_trial=1 needs 4 GPUs (the cluster has" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_task_that_a_node_cannot_import_is_refused(cluster: RayCluster, tmp_path: Path) -> None:
    """Each node is named, with its reason, before the study starts; nothing is made."""
    (tmp_path / "elsewhere.py").write_text(ELSEWHERE)
    said = ("task=function", "task.function=elsewhere.f", "space=branin", "num_trials=2")
    ended = run(cluster, tmp_path, f"resources.address={cluster.address}", *said)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == len(CPUS), ended.stderr
    for line in lines:
        assert "(127.0.0.1): task.function=elsewhere.f cannot be imported: elsewhere raises ImportError" in line
        assert "libfar.so.1" in line
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == {"elsewhere.py"}


def test_nodes_that_do_not_share_the_outputs_are_refused(tmp_path: Path) -> None:
    """A node that has another folder in the place of outputs/ is found out; nothing is made in either."""
    if os.geteuid() != 0:
        pytest.skip("only root may give a node file systems of its own")
    with ray_cluster(1, hidden=tmp_path) as elsewhere:
        ended = run(elsewhere, tmp_path, f"resources.address={elsewhere.address}", "num_trials=2")
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert f"{tmp_path / 'outputs'} is not the driver's, or cannot be written" in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RayCluster, Path]]:
    """A cluster whose node has mounts of its own, and a folder of which it alone sees the content."""
    if os.geteuid() != 0:
        pytest.skip("only root may give a node file systems of its own")
    own = tmp_path_factory.mktemp("own")
    with ray_cluster(1, hidden=own) as cluster:
        yield cluster, own


@pytest.mark.parametrize(
    ("mount", "told"),
    [
        ('mount --bind "$0" "$0"; mount -o remount,bind,ro "$0"', "is not the driver's, or cannot be written"),
        ('cd "$1"; mkdir u w; mount -t overlay none -o lowerdir="$0",upperdir=u,workdir=w "$0"', "is not seen here"),
    ],
    ids=["read only", "written elsewhere"],
)
def test_a_node_that_sees_the_outputs_but_does_not_write_there_is_refused(
    apart: tuple[RayCluster, Path], tmp_path: Path, mount: str, told: str
) -> None:
    """It reads what the driver writes, and cannot write, or writes what the driver does not see; nothing is made."""
    cluster, own = apart
    inside = ["nsenter", f"--target={cluster.raylets[0]}", "--mount"]
    if subprocess.run([*inside, "sh", "-ec", mount, str(tmp_path), str(own)], check=False).returncode:
        pytest.skip("this machine does not mount that")
    ended = run(cluster, tmp_path, f"resources.address={cluster.address}", "num_trials=2")
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert told in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_node_with_another_python_is_refused_and_its_clock_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its workers are asked: theirs say Python 2.7, and are a minute ahead, which is no fault; nothing is made."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(OTHER_WORKERS)
    cwd = tmp_path / "cwd"
    cwd.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(site))
    with ray_cluster(1) as other:
        ended = run(other, cwd, f"resources.address={other.address}", "num_trials=2")
    assert ended.returncode == 2, ended.stdout + ended.stderr
    here = versions()["Python"]
    assert f"(127.0.0.1) has Python 2.7, and this program {here} (every node has the same versions)" in ended.stderr
    assert re.search(r"The clock of node .* \(127\.0\.0\.1\) is [56]. s or more ahead of", ended.stdout + ended.stderr)
    assert list(cwd.iterdir()) == []


def test_a_signal_while_nodes_are_asked_leaves_nothing(cluster: RayCluster, tmp_path: Path) -> None:
    """The driver waits for a node's import; it ends with a line, and neither a study nor what the nodes were shown."""
    slow = f"import os, time\n\nif '{MARK}' in os.environ:\n    time.sleep(1000)\n\n\ndef f(x):\n    return x\n"
    said = ("resources=cluster", f"resources.address={cluster.address}", "task.function=slow.f", "num_trials=1")
    study = StudyProcess(tmp_path, *said)
    (tmp_path / "slow.py").write_text(slow)
    outputs = tmp_path / "outputs"
    with study.start() as driver:
        study.wait_for(driver, lambda: any(outputs.glob(".preflight-*/driver")), 120)
        time.sleep(1)
        driver.send_signal(signal.SIGTERM)
        assert driver.wait(60) == 143, study.log[-4000:]
    assert "Stopped by SIGTERM before the study began" in study.log
    assert not outputs.exists()
