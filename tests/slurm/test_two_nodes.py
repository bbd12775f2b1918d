"""One study over two nodes, on a real SLURM and a Ray that the job starts."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import ray

from tests.slurm.cluster import SCRATCH
from tests.slurm.study_job import StudyJobs

pytestmark = pytest.mark.slow

ASKS_FOR_A_TOKEN = tuple(map(int, ray.__version__.split(".")[:2])) >= (2, 52)
WHOLE_NODES = ("--nodes", "2", "--time", "30", f"cluster.scratch={SCRATCH}")
NODES = (*WHOLE_NODES, "--cpus-per-node", "2")


def ray_folders(jobs: StudyJobs, job: str) -> list[Path]:
    """Return where the Ray of a job has its sockets, on each node."""
    folders = [jobs.cluster.scratch(node) / f"hpo-{job}" for node in jobs.cluster.nodes]
    return [folder for folder in folders if folder.exists()]


def raylets(jobs: StudyJobs, job: str, node: str) -> Iterator[psutil.Process]:
    """Yield the processes by which a node takes part in a job's Ray."""
    for process in jobs.cluster.processes(job):
        if process.name() == "raylet" and process.environ()["SLURMD_NODENAME"] == node:
            yield process


@pytest.mark.ray
@pytest.mark.parametrize("gpus_per_trial", [1, 2])
def test_trials_run_on_both_nodes_each_with_gpus_of_its_own(jobs: StudyJobs, gpus_per_trial: int) -> None:
    """A study uses all nodes of its job; trials at the same time on a node never see the same GPU; nothing is left.

    Also where the site demands --export=NONE.
    """
    gpus = ("--gpus-per-node", str(2 * gpus_per_trial), f"resources.gpus_per_trial={gpus_per_trial}")
    job = jobs.submit_where(*NODES, *gpus, *jobs.without_exports(), sleep_s=3, num_trials=12)
    jobs.ended(job, "COMPLETED")
    trials = jobs.trials()
    assert {trial.host for trial in trials} == {"n1", "n2"}
    assert {len(trial.gpus) for trial in trials} == {gpus_per_trial}
    at_once = jobs.pairs_at_once()
    assert at_once
    assert [(one, other) for one, other in at_once if one.gpus & other.gpus] == []
    assert {gpu for trial in trials for gpu in trial.gpus} == {str(i) for i in range(2 * gpus_per_trial)}
    jobs.wait_until_gone(job)
    assert ray_folders(jobs, job) == []
    assert list((jobs.folder / "outputs" / "slurm").glob(".ray-*")) == []


@pytest.mark.ray
def test_a_job_of_two_nodes_finishes_in_its_second_life(jobs: StudyJobs) -> None:
    """The signal stops the study, its Ray ends and leaves nothing, and the next life ends the study."""
    job = jobs.submit_where(*NODES, sleep_s=3, num_trials=24)
    jobs.wait_for_ends(4, job)
    jobs.ask_to_stop(job)
    jobs.wait_until_put_back(job)
    assert ray_folders(jobs, job) == []
    assert 4 <= len(jobs.events("completed")) < 24
    jobs.finished(job, 24)
    jobs.wait_until_gone(job)


def test_a_job_whose_time_is_up_before_its_ray_is_there_comes_back(jobs: StudyJobs) -> None:
    """It goes back to the queue at once, without a study, and the next life makes the study."""
    job = jobs.submit_where(*NODES, sleep_s=0, num_trials=4)
    private = jobs.folder / "outputs" / "slurm" / f".ray-{job}"
    jobs.cluster.wait_for((private / "others.log").exists, 60, "its Ray begins to start")
    jobs.ask_to_stop(job)
    jobs.wait_until_put_back(job)
    assert not jobs.study().exists()
    assert ray_folders(jobs, job) == []
    jobs.ended(job, "COMPLETED")
    assert sorted(jobs.events("completed")) == list(range(4))
    jobs.wait_until_gone(job)


@pytest.mark.ray
def test_a_job_whose_ray_crashes_goes_on(jobs: StudyJobs) -> None:
    """It goes back to the queue when the study has noticed, with Ray's own logs kept, and the next life ends it."""
    patience = "cluster.preamble=['export RAY_gcs_rpc_server_reconnect_timeout_s=16']"
    job = jobs.submit_where(*NODES, patience, sleep_s=3, num_trials=24)
    jobs.wait_for_ends(4, job)
    jobs.crash_ray(job, "gcs_server")
    jobs.wait_until_put_back(job, 180)
    assert "Ray's gcs_server is gone (gcs_server.err in Ray's logs may say why)" in jobs.printed()
    kept = jobs.folder / "outputs" / "slurm" / f".ray-{job}" / "n1" / "gcs_server.err"
    assert "SIGSEGV" in kept.read_text()
    jobs.finished(job, 24)
    jobs.wait_until_gone(job)


def test_a_job_that_is_preempted_with_a_time_of_grace_goes_on(jobs: StudyJobs) -> None:
    """Its Ray is ended at the beginning of that time; the job goes back to the queue all the same."""
    job = jobs.submit_where(*NODES, "--partition", "graced", sleep_s=3, num_trials=24)
    jobs.wait_for_ends(4, job)
    jobs.preempt()
    jobs.wait_until_put_back(job, 180)
    jobs.finished(job, 24)
    jobs.wait_until_gone(job)


@pytest.mark.ray
def test_the_token_of_a_job_is_its_users_alone(jobs: StudyJobs) -> None:
    """While a job runs, its token and its sockets are in folders that nobody else may enter, and Ray has no other.

    A Ray that knows tokens takes nobody without it. Nor does it open a port for Ray Client. Ray has all processors of
    each node, of which one has fewer than the other. A cancelled job leaves no process, and no folder on a node.
    """
    job = jobs.submit_where(*WHOLE_NODES, "resources.cpus_per_trial=2", sleep_s=2, num_trials=60)
    jobs.wait_for_ends(4, job)
    token = jobs.folder / "outputs" / "slurm" / f".ray-{job}" / "token"
    assert len(token.read_text()) == 64
    assert [oct(path.stat().st_mode & 0o777) for path in (token, token.parent)] == ["0o600", "0o700"]
    folders = ray_folders(jobs, job)
    assert [oct(folder.stat().st_mode & 0o777) for folder in folders] == ["0o700"] * 2
    wrong = jobs.folder / "wrong"
    wrong.write_text("0" * 64)
    if ASKS_FOR_A_TOKEN:
        assert jobs.reached(job, token) == "2 nodes"
        assert jobs.reached(job, wrong) == jobs.reached(job, None) == "AuthenticationError"
    (session,) = {session.name for folder in folders for session in folder.glob("ray/session_2*")}
    assert not Path("/", "tmp", "ray", session).exists()
    lines = jobs.command_lines(job)
    assert [line for line in lines if "ray.util.client.server" in line] == []
    assert {word for line in lines for word in line.split() if word.startswith("--num-cpus=")} == {
        f"--num-cpus={n_cpus}" for n_cpus in jobs.cluster.n_cpus.values()
    }
    jobs.cluster.run("scancel", job)
    jobs.ended(job, "CANCELLED")
    jobs.wait_until_gone(job)
    assert ray_folders(jobs, job) == []


@pytest.mark.ray
def test_a_job_whose_ray_does_not_start_ends_at_once(jobs: StudyJobs) -> None:
    """It fails, says where Ray says why, and does not hold its nodes until nobody can come any more."""
    job = jobs.submit_where(*NODES, "cluster.scratch=/proc", sleep_s=0, num_trials=2)
    assert jobs.cluster.wait_until_ended(job, 90) == "FAILED"
    assert "Ray did not start on all nodes" in jobs.printed()
    assert f"/proc/hpo-{job}" in jobs.printed()
    jobs.wait_until_gone(job)


@pytest.mark.ray
def test_a_study_outlives_a_node_that_leaves_its_ray(jobs: StudyJobs) -> None:
    """When the Ray of one node dies in mid-study, its trials run again elsewhere and the study reaches its total."""
    job = jobs.submit_where(*NODES, sleep_s=3, num_trials=24)
    jobs.cluster.wait_for(lambda: set(jobs.hosts()) == {"n1", "n2"}, 240, f"both nodes work: {jobs.printed()}")
    (raylet,) = raylets(jobs, job, "n2")
    raylet.kill()
    jobs.finished(job, 24)
    private = jobs.folder / "outputs" / "slurm" / f".ray-{job}"
    assert (private / "n2" / "raylet.err").exists()
    assert not (private / "token").exists()
    jobs.wait_until_gone(job)


@pytest.mark.ray
def test_a_job_whose_node_fails_comes_back(jobs: StudyJobs) -> None:
    """When a whole node is gone, SLURM puts the job back in the queue, and its next life ends the study."""
    job = jobs.submit_where(*NODES, sleep_s=3, num_trials=40)
    jobs.wait_for_ends(4, job)
    jobs.cluster.fail_node("n2", job)
    jobs.cluster.wait_for(lambda: jobs.cluster.field(job, "Restarts") == "1", 180, "the job goes back", ignore={"n2"})
    jobs.cluster.start_node("n2")
    jobs.finished(job, 40)
    jobs.wait_until_gone(job)
