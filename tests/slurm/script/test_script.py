"""What ``python -m hpo.slurm`` writes and what it refuses; no SLURM is needed for that."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.slurm import Site
from hpo.slurm.job import Job
from hpo.slurm.studies import names_of, studies_of, to_check
from tests.cli import REPOSITORY, module, succeed
from tests.docs.documents import blocks, commands

BASH = shutil.which("bash") or "/bin/bash"
BRANIN = ("task=branin", "optimizer=sobol", "tuner=inline", "num_trials=2")


def slurm(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``python -m hpo.slurm`` as a user would, from ``cwd``."""
    return module("hpo.slurm", *arguments, cwd=cwd)


def written(*arguments: str, cwd: Path) -> str:
    """Run it and return the script; its name is the first word that is printed."""
    done = slurm(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return (cwd / done.stdout.partition(":")[0]).read_text()


def options(script: str) -> list[str]:
    """Return what sbatch is told."""
    return [line.removeprefix("#SBATCH ").partition(" # ")[0] for line in script.splitlines() if "#SBATCH" in line]


def study(script: str) -> list[str]:
    """Return what the study is told."""
    return [line.strip() for line in script.partition("study=(\n")[2].partition("\n)")[0].splitlines()]


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


@pytest.mark.parametrize("address", ["localhost", "192.0.2.7"])
def test_other_nodes_are_told_no_address_of_loopback(address: str, tmp_path: Path) -> None:
    """Where a node's name is 127.0.1.1 to itself, another address of it is taken."""
    script = written("task=branin", "--nodes", "2", cwd=tmp_path)
    lines = script[script.index("head_address=") : script.index("port=")]
    found = subprocess.run(
        [BASH, "-c", f'{lines}echo "$head_address"'],
        env={**os.environ, "head_name": address, "head_node": "n1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if address == "localhost":
        own = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()  # noqa: S607
        (address, *_) = (*(each for each in own if ":" not in each), "")
    assert found.stdout.strip() == address
    assert found.returncode == (0 if address else 1)


def part(script: str, begin: str, end: str) -> str:
    """Return the lines of a script from ``begin`` to before ``end``."""
    return script[script.index(begin) : script.index(end)]


def bash(lines: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run lines of a script in ``folder``, with what the lines before them would have set."""
    environment = {**os.environ, "SLURM_JOB_ID": "7", "head_node": "n1", "outputs": ".", **variables}
    return subprocess.run(
        [BASH, "-c", lines], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("scratch", ["", "tmp", "/" + "x" * 24, "/a b"])
def test_a_node_refuses_a_scratch_folder_that_its_variable_spoils(scratch: str, tmp_path: Path) -> None:
    """What $NAME becomes on the node is no absolute path, or too long a one for Ray's sockets."""
    script = written("task=branin", "--nodes", "2", "cluster.scratch=$PLACE", cwd=tmp_path)
    lines = part(script, "\nscratch=", "outputs=") + part(script, "if [[ ! $scratch", "export RAY_TMPDIR")
    assert bash(lines, tmp_path, PLACE="/" + "x" * 23).returncode == 0
    done = bash(lines, tmp_path, PLACE=scratch)
    assert done.returncode == 1
    assert f"scratch={scratch} on n1: it takes an absolute path of at most 24 bytes" in done.stderr


def test_a_token_is_written_to_a_folder_of_ones_own_alone(tmp_path: Path) -> None:
    """The folder may be there from an earlier life; where somebody else made it, or a link, the job ends."""
    script = written("task=branin", "--nodes", "2", cwd=tmp_path)
    lines = part(script, "export private", "export RAY_START_HOOK")
    folder, elsewhere = tmp_path / ".ray-7", tmp_path / "elsewhere"
    for _ in range(2):
        assert bash(lines, tmp_path).returncode == 0
        assert len((folder / "token").read_text()) == 64
        assert folder.stat().st_mode & 0o777 == 0o700
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    before = (elsewhere / "token").read_text()
    done = bash(lines, tmp_path)
    assert done.returncode == 1
    assert "somebody else made it" in done.stderr
    assert (elsewhere / "token").read_text() == before


@pytest.mark.parametrize(
    ("has_token", "end", "code", "kept"),
    [(True, "exit 3", 3, ["raylet.err"]), (True, "kill $PPID", 0, []), (False, "exit 3", 3, [])],
)
def test_a_ray_that_ends_by_itself_leaves_its_logs(
    has_token: bool, end: str, code: int, kept: list[str], tmp_path: Path
) -> None:
    """Its exit code is kept, and its folder removed, or given up where that cannot be done.

    One that ends when the job does, which takes its token away first, leaves none.
    """
    script = written("task=branin", "--nodes", "2", cwd=tmp_path)
    lines = part(script, "own_folder() {", "# Whoever") + part(script, "start_ray() {", "on_nodes=(")
    logs = "ray/session_latest/logs"
    ray = f'mkdir -p "$RAY_TMPDIR/{logs}"; echo why > "$RAY_TMPDIR/{logs}/raylet.err"; {end}'
    token = tmp_path / "token"
    if has_token:
        token.touch()
    environment = {
        "RAY_TMPDIR": str(tmp_path / "ray"),
        "RAY_AUTH_TOKEN_PATH": str(token),
        "private": str(tmp_path / "kept"),
        "SLURMD_NODENAME": "n1",
    }
    done = bash(f"{lines}start_ray '{BASH}' -c '{ray}'", tmp_path, **environment)
    assert done.returncode == code, done.stderr
    assert [path.name for path in (tmp_path / "kept").glob("n1/*")] == kept
    assert not (tmp_path / "ray").exists()
    stubborn = f"rm() {{ false; }}\nsleep() {{ :; }}\n{lines}start_ray '{BASH}' -c '{ray}'"
    assert bash(stubborn, tmp_path, **environment).returncode == code


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


def test_a_study_of_another_question_is_refused_before_it_waits(tmp_path: Path) -> None:
    """Where the study exists, the script has to ask what it was made for."""
    succeed(*BRANIN, cwd=tmp_path)
    written(*BRANIN, cwd=tmp_path)
    done = slurm(*BRANIN, "seed=5", "--overwrite", cwd=tmp_path)
    assert done.returncode == 2
    assert "seed=5 is not" in done.stderr


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


def test_a_place_for_sockets_is_short() -> None:
    """What would make the path of a socket of Ray's longer than 107 bytes is refused."""
    assert Site(scratch="/" + "x" * 23).scratch
    with pytest.raises(InputError, match="is no place for Ray's sockets"):
        Site(scratch="/" + "x" * 24)
