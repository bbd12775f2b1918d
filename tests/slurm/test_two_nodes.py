"""One study over two nodes, on a real SLURM and a Ray that the job starts."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import psutil
import pytest

from tests.slurm.cluster import SCRATCH
from tests.slurm.study_job import StudyJobs, Trial

pytestmark = [pytest.mark.ray, pytest.mark.slow]

WHOLE_NODES = ("--nodes", "2", "--time", "30", f"cluster.scratch={SCRATCH}")
NODES = (*WHOLE_NODES, "--cpus-per-node", "2")


def overlap(one: Trial, other: Trial) -> bool:
    return one.began < other.ended and other.began < one.ended


def ray_folders(jobs: StudyJobs, job: str) -> list[Path]:
    """Return where the Ray of a job has its sockets, on each node."""
    folders = [jobs.cluster.scratch(node) / f"hpo-{job}" for node in jobs.cluster.nodes]
    return [folder for folder in folders if folder.exists()]


def raylets(jobs: StudyJobs, job: str, node: str) -> Iterator[psutil.Process]:
    """Yield the processes by which a node takes part in a job's Ray."""
    for process in jobs.cluster.processes(job):
        if process.name() == "raylet" and process.environ()["SLURMD_NODENAME"] == node:
            yield process


def test_trials_run_on_both_nodes_each_with_a_gpu_of_its_own(jobs: StudyJobs) -> None:
    """A study uses all nodes of its job; trials at the same time on a node never see the same GPU; nothing is left.

    Also where the site demands --export=NONE.
    """
    job = jobs.submit_where(*NODES, "--gpus-per-node", "2", *jobs.without_exports(), sleep_s=3, num_trials=24)
    jobs.ended(job, "COMPLETED")
    trials = jobs.trials()
    assert {trial.host for trial in trials} == {"n1", "n2"}
    assert {trial.gpus for trial in trials} == {"0", "1"}
    at_once = [(one, other) for one, other in combinations(trials, 2) if one.host == other.host and overlap(one, other)]
    assert at_once
    assert [(one, other) for one, other in at_once if one.gpus == other.gpus] == []
    jobs.wait_until_gone(job)
    assert ray_folders(jobs, job) == []
    assert list((jobs.folder / "outputs" / "slurm").glob(".ray-*")) == []


def test_a_job_of_two_nodes_finishes_in_its_second_life(jobs: StudyJobs) -> None:
    """The signal stops the study, its Ray ends and leaves nothing, and the next life ends the study."""
    job = jobs.submit_where(*NODES, sleep_s=3, num_trials=24)
    jobs.wait_for_ends(4, job)
    jobs.ask_to_stop(job)
    jobs.cluster.wait_for(lambda: jobs.cluster.field(job, "Restarts") == "1", 90, "the job goes back")
    assert ray_folders(jobs, job) == []
    before = jobs.events("completed")
    jobs.ended(job, "COMPLETED")
    after = jobs.events("completed")
    assert after[: len(before)] == before
    assert 4 <= len(before) < 24
    assert sorted(after) == list(range(24))
    jobs.wait_until_gone(job)


def test_the_token_of_a_job_is_its_users_alone(jobs: StudyJobs) -> None:
    """While a job runs, its token and its sockets are in folders that nobody else may enter, and Ray has no other.

    Nor does it open a port for Ray Client. Ray has all processors of each node, of which one has fewer than the other.
    A cancelled job leaves no process, and no folder on a node.
    """
    job = jobs.submit_where(*WHOLE_NODES, "resources.cpus_per_trial=2", sleep_s=2, num_trials=60)
    jobs.wait_for_ends(4, job)
    token = jobs.folder / "outputs" / "slurm" / f".ray-{job}" / "token"
    assert len(token.read_text()) == 64
    assert [oct(path.stat().st_mode & 0o777) for path in (token, token.parent)] == ["0o600", "0o700"]
    folders = ray_folders(jobs, job)
    assert [oct(folder.stat().st_mode & 0o777) for folder in folders] == ["0o700"] * 2
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


def test_a_job_whose_ray_does_not_start_ends_at_once(jobs: StudyJobs) -> None:
    """It fails, says where Ray says why, and does not hold its nodes until nobody can come any more."""
    job = jobs.submit_where(*NODES, "cluster.scratch=/proc", sleep_s=0, num_trials=2)
    assert jobs.cluster.wait_until_ended(job, 90) == "FAILED"
    assert "Ray did not start on all nodes" in jobs.printed()
    assert f"/proc/hpo-{job}" in jobs.printed()
    jobs.wait_until_gone(job)


def test_a_study_outlives_a_node_that_leaves_its_ray(jobs: StudyJobs) -> None:
    """When the Ray of one node dies in mid-study, its trials run again elsewhere and the study reaches its total."""
    job = jobs.submit_where(*NODES, sleep_s=3, num_trials=24)
    jobs.cluster.wait_for(lambda: set(jobs.hosts()) == {"n1", "n2"}, 240, f"both nodes work: {jobs.printed()}")
    before = jobs.events("completed")
    (raylet,) = raylets(jobs, job, "n2")
    raylet.kill()
    jobs.ended(job, "COMPLETED")
    after = jobs.events("completed")
    assert after[: len(before)] == before
    assert sorted(after) == list(range(24))
    jobs.wait_until_gone(job)


def test_a_job_whose_node_fails_comes_back(jobs: StudyJobs) -> None:
    """When a whole node is gone, SLURM puts the job back in the queue, and its next life ends the study."""
    job = jobs.submit_where(*NODES, sleep_s=3, num_trials=40)
    jobs.wait_for_ends(4, job)
    jobs.cluster.fail_node("n2", job)
    jobs.cluster.wait_for(lambda: jobs.cluster.field(job, "Restarts") == "1", 180, "the job goes back", ignore={"n2"})
    before = jobs.events("completed")
    jobs.cluster.start_node("n2")
    jobs.ended(job, "COMPLETED")
    after = jobs.events("completed")
    assert after[: len(before)] == before
    assert sorted(after) == list(range(40))
    jobs.wait_until_gone(job)
