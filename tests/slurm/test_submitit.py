"""A multirun whose jobs submitit sends to a real SLURM."""

import csv
from importlib.util import find_spec

import pytest

from tests.slurm.study_job import TASK, StudyJobs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("submitit") is None, reason='no submitit: pip install "hpo[submitit]"'),
]

LAUNCHER = (
    *("-m", "hydra/launcher=submitit_slurm", "hydra.launcher.cpus_per_task=2", "hydra.launcher.timeout_min=30"),
    *("hydra.launcher.max_num_timeout=3", "hydra.launcher.stderr_to_stdout=true"),
)


def test_a_multirun_is_a_job_a_study_and_ends_with_the_comparison(jobs: StudyJobs) -> None:
    """Each combination is a study in a job of its own; a job whose time is up goes on with it, and all are compared."""
    sweep = jobs.start_hpo(
        *LAUNCHER,
        *(text for text in TASK if not text.startswith("study=")),
        *("study=swept", "restart=auto", "seed=1,2", "num_trials=16", "+task.fixed.sleep_s=2"),
        "resources.cpus_per_trial=0.5",
    )
    names = ["swept_seed-1", "swept_seed-2"]
    jobs.cluster.wait_for(lambda: len(jobs.events("completed", names[0])) >= 3, 240, f"it begins: {jobs.said()}")
    job = jobs.cluster.run("squeue", "-h", "-r", "-o", "%i").split()[0]
    array = job.partition("_")[0]
    jobs.submitted.append(array)
    jobs.cluster.run("scancel", "--signal=USR2", f"{array}_0")
    jobs.cluster.wait_for(lambda: jobs.cluster.field(f"{array}_0", "Restarts") == "1", 120, "it is put back")
    before = jobs.events("completed", names[0])
    assert sweep.wait(300) == 0, jobs.said()
    jobs.ended(f"{array}_0", "COMPLETED")
    after = jobs.events("completed", names[0])
    assert after[: len(before)] == before
    assert [sorted(jobs.events("completed", name)) for name in names] == [list(range(16))] * 2
    (table,) = jobs.folder.glob("outputs/multirun/*/comparison.csv")
    (row,) = csv.DictReader(table.read_text().splitlines())
    assert (row["group"], row["n_studies"], row["n_failed"]) == ("all", "2", "0")
    jobs.wait_until_gone(array)
