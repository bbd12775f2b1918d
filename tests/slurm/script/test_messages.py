"""What ``python -m hpo.slurm`` says of a site's files and of places, and what it leaves behind; no SLURM is needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.slurm import Site
from tests.cli import REPOSITORY
from tests.slurm.script.written import BRANIN, slurm


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("defaults: [slurm, _self_]\npartition: [a\nx: y\n", "mine.yaml, line 3, column 2: this is no YAML ("),
        ("partition: gpu\n", "cluster=mine has no _target_ (a file of the group builds on cluster/slurm.yaml). "),
        ("partition: gpu\n", "Begin the file with the line defaults: [slurm, _self_]."),
        ("", "Begin the file with the line defaults: [slurm, _self_]."),
        ("defaults: [slurm, _self_]\npartiton: gpu\n", "cluster.partiton is no setting (cluster takes partition, "),
        ("defaults: [slurm, _self_]\npartiton: gpu\n", "Did you mean cluster.partition?"),
        ("defaults: [slurm, _self_]\nsbatch: --qos=long\n", 'Write it as sbatch: ["--qos=long"].'),
        ("defaults: [slurm, _self_]\npreamble: |\n  a\n  b\n", 'Write it as preamble: ["a", "b"].'),
        ("defaults: [slurm, _self_]\naccount: 1234\n", "Set \"cluster.account='1234'\"."),
    ],
)
def test_a_fault_in_a_file_of_the_site_is_one_line(lines: str, said: str, tmp_path: Path) -> None:
    """It names the file or the key, and says what to write there."""
    folder = tmp_path / "site" / "cluster"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(lines)
    done = slurm("--config-dir", "site", "cluster=mine", cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cluster.partiton=x",), "Did you mean cluster.partition?"),
        (("cluster.sbatch=--qos=long",), "Put the value in quotes: 'cluster.sbatch=\"--qos=long\"'."),
        (("cluster=nonsuch",), "(there are example, slurm). Set cluster=slurm, or name the folder that has"),
        (("cluster=exampel",), "(there are example, slurm). Did you mean cluster=example?"),
        (("nodez=3",), "nodez is no setting"),
        (("task.sleepy=3",), "Did you mean task.sleep_s?"),
        (("task=nonsuch",), "Could not find 'task/nonsuch'"),
        (("--config-dir", "nowhere"), "nowhere' not found"),
        (("--output", "50%/job.sh"), "--output in 50%/ has a % in it (SLURM reads % as"),
        (('cluster.preamble=["module load \'x"]',), 'cluster.preamble=["module load \'x"] is no bash: line '),
        (("cluster.preamble=[if true]",), "cluster.preamble=['if true'] is no bash: line "),
        (("cluster.preamble=['cat <<END']",), "cluster.preamble=['cat <<END'] is no bash: "),
        (("cluster.container='a $(b'",), "cluster.container=a $(b, cluster.python=None or cluster.scratch=/tmp is no"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_a_job_is_refused_with_what_to_type(
    arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """It ends with 2, and nothing is written."""
    done = slurm(*BRANIN, *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_locale_that_is_not_here_is_no_fault_of_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after ssh to a cluster from a machine that has it."""
    monkeypatch.setenv("LC_ALL", "xx_YY.UTF-8")
    done = slurm("task=branin", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_folder_in_whose_name_slurm_would_put_something_is_refused(tmp_path: Path) -> None:
    """SLURM would look for another folder, and the job would be gone without a word."""
    folder = tmp_path / "50%j"
    folder.mkdir()
    done = slurm(*BRANIN, cwd=folder)
    assert done.returncode == 2
    assert f"The working directory {folder} has a % in it" in done.stderr
    assert list(folder.iterdir()) == []


def test_one_line_is_no_list_of_lines() -> None:
    """What may have been meant is offered; where nothing can have been, an empty list."""
    for value, offered in (("--qos=long", r'\["--qos=long"\]'), ([3], r'\["3"\]'), ({"a": 1}, r"\[\]")):
        with pytest.raises(InputError, match=rf"is no list of lines .*Write it as sbatch: {offered}\."):
            Site(sbatch=value)  # type: ignore[arg-type]  # as in a file


def submitted(folder: Path, *more: str, takes: str = "good") -> subprocess.CompletedProcess[str]:
    """Submit a study where sbatch takes no job but of one partition."""
    stub = folder / "bin" / "sbatch"
    stub.parent.mkdir(exist_ok=True)
    lines = ["#!/bin/sh", f'grep -q partition={takes} "$2" && echo 7 && exit', "echo invalid partition >&2", "exit 1"]
    stub.write_text("\n".join(lines) + "\n")
    stub.chmod(0o755)
    return subprocess.run(
        [sys.executable, "-m", "hpo.slurm", *BRANIN, "--submit", *more],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "PATH": f"{stub.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_script_that_slurm_refused_is_not_in_the_way_of_the_next(tmp_path: Path) -> None:
    """The corrected command submits; and it is said that the script is gone."""
    script = tmp_path / "outputs" / "slurm" / "branin.sh"
    refused = submitted(tmp_path, "--partition", "bad")
    assert refused.returncode == 1
    assert "invalid partition\noutputs/slurm/branin.sh was removed again." in refused.stderr
    assert not script.exists()
    taken = submitted(tmp_path, "--partition", "good")
    assert (taken.returncode, taken.stdout.splitlines()[-1]) == (0, "Job 7"), taken.stderr


@pytest.mark.parametrize("more", [(), ("--overwrite", "--requeues", "3")], ids=["the same", "written over"])
def test_a_script_that_was_there_before_stays_when_slurm_refuses_it(more: tuple[str, ...], tmp_path: Path) -> None:
    """It may be of a job that waits."""
    arguments = ("--partition", "bad")
    assert submitted(tmp_path, *arguments, takes="bad").returncode == 0
    refused = submitted(tmp_path, *arguments, *more)
    assert refused.returncode == 1
    assert "removed" not in refused.stderr
    assert (tmp_path / "outputs" / "slurm" / "branin.sh").exists()
