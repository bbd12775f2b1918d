"""Studies as jobs of one node, on a real SLURM."""

import pytest

from tests.slurm.study_job import TASK, StudyJobs

pytestmark = pytest.mark.slow

NODE = ("--cpus-per-node", "2", "--time", "30", "resources.cpus_per_trial=0.5")


def test_a_job_runs_its_study(jobs: StudyJobs) -> None:
    """The job ends with its study, as completed, and is not put back; nothing of it runs any more."""
    job = jobs.submit_where(*NODE, sleep_s=0.1, num_trials=6)
    jobs.ended(job, "COMPLETED")
    assert sorted(jobs.events("completed")) == list(range(6))
    assert jobs.cluster.field(job, "Restarts") == "0"
    jobs.wait_until_gone(job)


def test_a_job_whose_time_is_up_finishes_in_its_second_life(jobs: StudyJobs) -> None:
    """The signal stops the study and puts the job back; the next life ends it, and no completed trial is lost."""
    job = jobs.submit_where(*NODE, sleep_s=1.5, num_trials=20)
    jobs.wait_for_ends(4, job)
    jobs.ask_to_stop(job)
    jobs.wait_until_put_back(job)
    assert 4 <= len(jobs.events("completed")) < 20
    jobs.finished(job, 20)
    assert len(list(jobs.study().glob("sessions/*"))) == 2
    jobs.wait_until_gone(job)


def test_a_job_whose_ray_crashes_goes_on(jobs: StudyJobs) -> None:
    """The study says so by its exit code, and the next life ends it."""
    job = jobs.submit_where(*NODE, sleep_s=1.5, num_trials=12)
    jobs.wait_for_ends(2, job)
    jobs.crash_ray(job, "raylet")
    jobs.wait_until_put_back(job)
    assert "Ray's raylet is gone" in jobs.printed()
    jobs.finished(job, 12)
    jobs.wait_until_gone(job)


def test_a_job_that_is_asked_to_end_stops_its_study_in_order(jobs: StudyJobs) -> None:
    """It is not put back, and submitting it again goes on."""
    job = jobs.submit_where(*NODE, sleep_s=1.5, num_trials=10)
    jobs.wait_for_ends(1, job)
    jobs.cluster.run("scancel", "--batch", "--signal=USR2", job)
    jobs.ended(job, "FAILED")
    assert jobs.cluster.field(job, "Restarts") == "0"
    assert "Stopped by SIGTERM" in jobs.printed()
    assert "To go on: sbatch outputs/slurm/where.sh" in jobs.printed()
    jobs.wait_until_gone(job)


def test_slurm_itself_says_when_the_time_is_up(jobs: StudyJobs) -> None:
    """SLURM warns the job before its time limit, and the job goes on in a second life."""
    job = jobs.submit_where(
        *NODE[:2],
        "--time",
        "2",
        "resources.cpus_per_trial=0.5",
        "grace_s=5",
        "cluster.stop_s=10",
        sleep_s=2,
        num_trials=200,
    )
    jobs.wait_until_put_back(job, 180)
    before = jobs.events("completed")
    assert before
    jobs.wait_for_ends(len(before) + 1, job)
    assert jobs.events("completed")[: len(before)] == before


def test_a_job_that_is_preempted_goes_on(jobs: StudyJobs) -> None:
    """SLURM puts it back as soon as another needs its node, and no completed trial is lost."""
    job = jobs.submit_where(*NODE, sleep_s=1.5, num_trials=20)
    jobs.wait_for_ends(4, job)
    jobs.preempt()
    jobs.wait_until_put_back(job)
    jobs.finished(job, 20)


def test_only_a_preempted_job_goes_back_after_sigterm(jobs: StudyJobs) -> None:
    """A study that SIGTERM ends within the time of grace of a preemption goes on; without one, its job fails."""
    job = jobs.submit_where(*NODE, "--partition", "graced", sleep_s=1, num_trials=50)
    jobs.wait_for_ends(1, job)
    jobs.preempt()
    jobs.cluster.wait_for(lambda: jobs.cluster.field(job, "PreemptTime") != "None", 60, "it is preempted")
    jobs.terminate(job)
    jobs.wait_until_put_back(job)
    before = len(jobs.events("completed"))
    jobs.wait_for_ends(before + 1, job)
    jobs.terminate(job)
    jobs.ended(job, "FAILED")
    assert jobs.cluster.field(job, "ExitCode") == "143:0"
    assert jobs.cluster.field(job, "Restarts") == "1"


def test_a_study_that_ends_in_time_is_not_put_back(jobs: StudyJobs) -> None:
    """Where the last trials end within grace_s after the signal, the job is completed."""
    job = jobs.submit_where(*NODE, sleep_s=6, num_trials=2)
    jobs.cluster.wait_for(lambda: len(jobs.events("started")) == 2, 120, "the trials run")
    jobs.ask_to_stop(job)
    jobs.ended(job, "COMPLETED")
    assert sorted(jobs.events("completed")) == [0, 1]
    assert jobs.cluster.field(job, "Restarts") == "0"


def test_no_requeues_leave_the_code_of_the_study(jobs: StudyJobs) -> None:
    """With --requeues 0 a job whose time is up fails with the code of a study that SIGTERM stopped."""
    job = jobs.submit_where(*NODE, "--requeues", "0", sleep_s=1, num_trials=50)
    jobs.wait_for_ends(1, job)
    jobs.ask_to_stop(job)
    jobs.ended(job, "FAILED")
    assert jobs.cluster.field(job, "ExitCode") == "143:0"
    assert jobs.cluster.field(job, "Restarts") == "0"
    assert "submit this script again" in jobs.printed()


def test_a_study_that_fails_fails_its_job(jobs: StudyJobs) -> None:
    """The job ends with the study's own code, and is not put back."""
    job = jobs.submit("task=branin", "task.failures.error=1", "num_trials=12", "study=where", "optimizer=sobol", *NODE)
    jobs.ended(job, "FAILED")
    assert jobs.cluster.field(job, "ExitCode") == "1:0"
    assert jobs.cluster.field(job, "Restarts") == "0"


def test_an_array_runs_a_study_in_each_job(jobs: StudyJobs) -> None:
    """Values with commas and --array make a study of each combination, in a job of its own; each goes back alone.

    Also the last one, whose number is that of the whole array.
    """
    words = (word for word in TASK if not word.startswith(("study=", "optimizer=")))
    job = jobs.submit(
        *(*words, "+task.fixed.sleep_s=1.5", "optimizer=sobol,random", "num_trials=12", "tuner=inline"),
        *("--array", "2", "--cpus-per-node", "1", "--time", "30"),
    )
    tasks = [f"{job}_{i}" for i in range(4)]
    names = [f"function_optimizer-{kind}_seed-{seed}" for kind in ("sobol", "random") for seed in (0, 1)]
    jobs.wait_for_ends(1, tasks[-1], names[-1])
    jobs.ask_to_stop(tasks[-1])
    for task in tasks:
        jobs.ended(task, "COMPLETED")
    assert [jobs.cluster.field(task, "Restarts") for task in tasks] == ["0", "0", "0", "1"]
    assert [sorted(jobs.events("completed", name)) for name in names] == [list(range(12))] * 4
    assert [jobs.summary(name)["seed"] for name in names] == [0, 1, 0, 1]
    jobs.wait_until_gone(job)


def test_cancelling_a_job_leaves_no_process_and_a_study_that_goes_on(jobs: StudyJobs) -> None:
    """After scancel nothing of the job runs, and submitting the script again ends the study."""
    job = jobs.submit_where(*NODE, sleep_s=1, num_trials=14)
    jobs.wait_for_ends(3, job)
    jobs.cluster.run("scancel", job)
    jobs.ended(job, "CANCELLED")
    jobs.wait_until_gone(job)
    again = jobs.cluster.run("sbatch", "--parsable", "outputs/slurm/where.sh", cwd=jobs.folder)
    jobs.submitted.append(again)
    jobs.finished(again, 14)
