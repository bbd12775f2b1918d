"""What ``python -m hpo.slurm`` writes; no SLURM is needed for that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.slurm.job import Job
from hpo.slurm.studies import names_of, studies_of, to_check
from tests.cli import REPOSITORY
from tests.docs.documents import blocks, commands
from tests.slurm.script.written import BASH, BRANIN, options, slurm, study, written


def test_a_node_runs_the_study_as_it_was_typed(tmp_path: Path) -> None:
    """The script asks for what was said, and runs the study under its name, to go on with it every time."""
    script = written(*BRANIN, "--cpus-per-node", "8", "--mem", "16G", "--time", "2-0", "grace_s=100", cwd=tmp_path)
    assert options(script) == [
        "--job-name=branin",
        *("--nodes=1", "--ntasks-per-node=1", "--cpus-per-task=8", "--mem=16G", "--time=2-0"),
        *("--signal=B:USR1@160", "--requeue", f"--chdir={tmp_path}"),
        *("--output=outputs/slurm/%x-%j.out", "--open-mode=append"),
    ]
    assert study(script) == [*BRANIN, "grace_s=100", "resources=cpu", "restart=auto", "study=branin"]


def test_a_script_does_not_tell_what_was_done_with_it(tmp_path: Path) -> None:
    """So that what was written can be submitted by the same command, and is the same when it is written again."""
    first = written(*BRANIN, cwd=tmp_path)
    assert written(*BRANIN, "--overwrite", cwd=tmp_path) == first


def test_nodes_with_gpus_give_one_to_each_trial(tmp_path: Path) -> None:
    """Several nodes run on one Ray, whole unless processors are counted, with a GPU a trial unless another is said."""
    script = written("task=branin", "--nodes", "4", "--gpus-per-node", "2", cwd=tmp_path)
    assert {"--nodes=4", "--exclusive", "--mem=0", "--gpus-per-node=2"} <= set(options(script))
    assert study(script)[1:] == ["resources=cluster", "resources.gpus_per_trial=1", "restart=auto", "study=branin"]
    assert "export RAY_ADDRESS=$head_address:$port" in script


def test_values_with_commas_and_seeds_make_an_array(tmp_path: Path) -> None:
    """There is a job for each combination, with a study of the name that a multirun gives it."""
    script = written("optimizer=bayes,sobol", "seed=7", "--array", "2", "--at-once", "3", cwd=tmp_path)
    assert {"--job-name=branin", "--array=0-3%3", "--output=outputs/slurm/%x-%A_%a.out"} <= set(options(script))
    assert [line.strip() for line in script.splitlines() if line.endswith(";;")] == [
        f"{i}) study+=(study=branin_optimizer-{kind}_seed-{seed} optimizer={kind} seed={seed}) ;;"
        for i, (kind, seed) in enumerate([("bayes", 7), ("bayes", 8), ("sobol", 7), ("sobol", 8)])
    ]


@pytest.mark.parametrize("more", [(), ("--nodes", "2"), ("seed=1,2",), ("cluster=example",)])
def test_every_script_is_bash(more: tuple[str, ...], tmp_path: Path) -> None:
    """Bash finds no fault in it."""
    script = written("task=branin", "study=it", *more, cwd=tmp_path)
    done = subprocess.run([BASH, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_value_of_several_lines_stays_in_the_comment(tmp_path: Path) -> None:
    """What was typed is shown behind # on every line: sbatch reads no option after the first line that is none."""
    (tmp_path / "mine.py").write_text("def told(x: float, text: str) -> float:\n    return x\n")
    task = (
        "task=function",
        "task.function=mine.told",
        "+task.fixed.text='one\ntouch two\nthree'",
        "objective.metric=value",
    )
    space = ("space=function", "+space.parameters.x={type: range, bounds: [0.0, 1.0]}", "optimizer=sobol")
    script = written(*task, *space, "--mem", "16G", cwd=tmp_path)
    head = script[: script.rindex("#SBATCH")].splitlines()
    assert [line for line in head if not line.startswith("#")] == []
    assert "#   touch two" in head
    done = subprocess.run([BASH, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_check_speaks_for_studies_that_differ_in_their_seed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand of them are no more work than one; those that are there already are checked one by one."""
    monkeypatch.chdir(tmp_path)
    studies = studies_of((*BRANIN[:1], "optimizer=bayes,sobol", "restart=auto"), 500)
    names = names_of(studies, [])
    assert len(set(names)) == 1000
    assert names[0] == "branin_optimizer-bayes_seed-0"
    assert names[-1] == "branin_optimizer-sobol_seed-499"
    (tmp_path / "outputs" / names[7]).mkdir(parents=True)
    checked = to_check(dict(zip(names, studies, strict=True)))
    assert list(checked) == [names[0], names[7], names[500]]


def test_the_document_shows_the_script(tmp_path: Path) -> None:
    """The script in docs/slurm.md is the one that the command above it writes, to the letter but for the folders."""
    document = REPOSITORY / "docs" / "slurm.md"
    (command,) = (command.text for command in commands(document) if "study=wide" in command.text)
    script = written(*command.split()[3:], cwd=tmp_path)
    shown = script.replace(str(tmp_path), "/home/me/work").replace(sys.executable, "/home/me/hpo/.venv/bin/python")
    assert blocks(document, "slurm") == [shown]


def test_a_script_of_one_node_runs_without_slurm(tmp_path: Path) -> None:
    """It is plain bash: the study runs, and runs no further when it is there already."""
    written(*BRANIN, cwd=tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    script = str(tmp_path / "outputs" / "slurm" / "branin.sh")
    for said in ("[2/2]", "nothing is left to run"):
        done = subprocess.run(
            [BASH, script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stdout


def test_a_site_is_a_file_and_no_part_of_a_study(tmp_path: Path) -> None:
    """A file of the group cluster sets options, lines and the Python of the script; the study does not know of it."""
    folder = tmp_path / "mine" / "cluster"
    folder.mkdir(parents=True)
    lines = [
        "defaults: [slurm]",
        "partition: gpu",
        "gpu_type: a100",
        "sbatch: [--qos=long]",
        "preamble: [module load cuda]",
        "container: apptainer exec --bind $SCRATCH 'my image.sif'",
        "python: ~/venv/bin/python",
    ]
    (folder / "here.yaml").write_text("\n".join(lines) + "\n")
    arguments = ("--config-dir", "mine", "cluster=here", "cluster.account=chem", "--gpus-per-node", "1")
    script = written("task=branin", *arguments, cwd=tmp_path)
    assert {"--partition=gpu", "--account=chem", "--gpus-per-node=a100:1", "--qos=long"} <= set(options(script))
    words = """apptainer exec --bind "$SCRATCH" 'my image.sif' "$HOME/venv/bin/python\""""
    assert f"module load cuda\npython=({words})\n" in script
    assert study(script) == [
        *("--config-dir", str(tmp_path / "mine"), "task=branin", "resources=gpu", "restart=auto", "study=branin")
    ]


def test_a_script_that_was_edited_is_kept(tmp_path: Path) -> None:
    """The same command writes the same script again, and no other over it unless that is said."""
    first = written(*BRANIN, cwd=tmp_path)
    assert written(*BRANIN, cwd=tmp_path) == first
    path = tmp_path / "outputs" / "slurm" / "branin.sh"
    path.write_text(first + "# mine\n")
    done = slurm(*BRANIN, cwd=tmp_path)
    assert done.returncode == 2
    assert "is there and differs" in done.stderr
    assert path.read_text() == first + "# mine\n"
    assert written(*BRANIN, "--overwrite", cwd=tmp_path).endswith(first.splitlines()[-1] + "\n")


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("30", 1800),
        ("5:30", 330),
        ("12:00:00", 43200),
        ("2-0", 172800),
        ("1-2:30", 95400),
        ("1-0:0:1", 86401),
        ("unlimited", None),
    ],
)
def test_a_time_limit_is_read_as_sbatch_reads_it(time: str, seconds: int | None) -> None:
    """Minutes, minutes:seconds, hours:minutes:seconds, days-hours and so on; or none."""
    assert Job(time=time).time_s == seconds
