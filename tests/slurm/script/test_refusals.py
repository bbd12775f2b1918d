"""What ``python -m hpo.slurm`` refuses; no SLURM is needed for that."""

from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.slurm import Site
from tests.cli import succeed
from tests.slurm.script.written import BRANIN, slurm, written


def test_all_faults_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    """Faults of the job, of the site and of the study come together, with exit code 2."""
    done = slurm("num_trials=0", "task.sleep_s=-1", "cluster.stop_s=0", "--time", "soon", cwd=tmp_path)
    assert done.returncode == 2
    said = [line.partition(" ")[0] for line in done.stderr.splitlines()]
    assert said == ["--time", "cluster.stop_s=0", "num_trials=0", "task.sleep_s=-1"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("restart=new",), "restart=new can be done once only"),
        (("seed=1,1",), "Two of the studies have the same name"),
        (("--nodes", "2", "resources=gpu"), "resources=gpu is for one machine"),
        (("--nodes", "2", "tuner=inline"), "tuner=inline runs on one node"),
        (("concurrency=9", "--cpus-per-node", "8"), "concurrency=9 with resources.cpus_per_trial=1"),
        (("--time", "1"), "--time 1 is no longer than grace_s=30 and cluster.stop_s=60 together"),
        (("--at-once", "0", "--array", "3"), "--at-once 0 lets no job run"),
        (("--at-once", "2"), "--at-once 2 is for an array"),
        (("--job-name", "../mine"), "--job-name ../mine is no name of a file"),
        (("cluster.scratch='/local disk'",), "cluster.scratch=/local disk is no place for Ray's sockets"),
        (("cluster=nowhere",), "cluster=nowhere is no choice (there are example, slurm)"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_what_a_job_cannot_do_is_refused(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    """It is refused before anything is written."""
    done = slurm(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_study_of_another_question_is_refused_before_it_waits(tmp_path: Path) -> None:
    """Where the study exists, the script has to ask what it was made for."""
    succeed(*BRANIN, cwd=tmp_path)
    written(*BRANIN, cwd=tmp_path)
    done = slurm(*BRANIN, "seed=5", "--overwrite", cwd=tmp_path)
    assert done.returncode == 2
    assert "seed=5 is not" in done.stderr


def test_a_place_for_sockets_is_short() -> None:
    """What would make the path of a socket of Ray's longer than 107 bytes is refused."""
    assert Site(scratch="/" + "x" * 23).scratch
    with pytest.raises(InputError, match="is no place for Ray's sockets"):
        Site(scratch="/" + "x" * 24)
