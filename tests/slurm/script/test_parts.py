"""What parts of the script do, run alone by bash; no SLURM is needed for that."""

import os
import subprocess
from pathlib import Path

import pytest

from hpo.tuner.ray.settings import settings
from tests.slurm.script.written import BASH, written


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


def test_each_node_is_told_what_a_ray_of_ones_own_is_told(tmp_path: Path) -> None:
    """Ray's own settings, whose names have small letters, take effect where a Ray is started."""
    script = written("task=branin", "--nodes", "2", cwd=tmp_path)
    rays = [f" {name}={value}" for name, value in settings(1).items() if not name.isupper()]
    assert len(rays) == 4
    assert [each for each in rays if each not in script] == []


SCONTROL = 'scontrol() { if [ "$1" = requeue ]; then echo "back $2"; else echo "JobId=7 $said X=1"; fi; }\n'
GONE = "head_step=$(bash -c 'echo $$')\n"
HERE = "head_step=$$\n"


@pytest.mark.parametrize(
    ("goes_back", "code", "before"),
    [
        (False, 0, GONE),
        (False, 1, HERE),
        (False, 1, "said=JobState=RUNNING\n"),
        (True, 143, "is_time_up=true\n"),
        (False, 1, "is_time_up=true\n"),
        (False, 143, ""),
        (False, 143, GONE),
        (False, 143, "is_time_up=true said=JobState=CANCELLED\n"),
        (True, 143, "said='JobState=RUNNING PreemptTime=2026-01-01'\n"),
        (True, 1, f"{GONE}said='JobState=RUNNING PreemptTime=2026-01-01'\n"),
        (True, 75, ""),
        (True, 75, HERE),
        (True, 75, "is_time_up=true\n"),
        (True, 1, GONE),
        (False, 75, "is_ended=true\n"),
        (False, 75, "is_terminated=true\n"),
        (False, 75, "said=JobState=CANCELLED\n"),
        (False, 75, "end_ray() { is_ended=true; }\n"),
        (False, 75, "SLURM_RESTART_COUNT=3\n"),
    ],
)
def test_a_job_goes_back_where_its_study_can_go_on(goes_back: bool, code: int, before: str, tmp_path: Path) -> None:
    """It was asked to stop because its time is up, lost its Ray, or is preempted; and nobody wants it to end."""
    script = written("task=branin", "--nodes", "2", cwd=tmp_path)
    lines = script[script.index("element=${SLURM_ARRAY") :]
    given = f"code={code} n_requeues=3 is_time_up=false is_ended=false is_terminated=false\n{before}"
    done = bash(SCONTROL + given + lines, tmp_path)
    assert done.stdout == ("back 7\n" if goes_back else ""), done.stderr
    assert done.returncode == (143 if "PreemptTime" in before else code)
