"""Reading disturbs nothing, whatever the study is doing."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hpo.status.command_line import main
from hpo.status.state import State
from hpo.study import Study
from tests.cli import REPOSITORY
from tests.scripted import MakeStudy, completed
from tests.status.reading import DEMO, commands, read, text

WRITER = Path(__file__).parent / "writer.py"

Listing = dict[str, tuple[int, int]]


def listing(root: Path) -> Listing:
    """Return every file and folder with its size and when it was changed."""
    found = {}
    for path in [root, *root.rglob("*")]:
        seen = path.lstat()
        found[str(path.relative_to(root))] = (seen.st_size, seen.st_mtime_ns)
    return found


def asked_for(study: Study) -> None:
    trial = study.ask()
    assert trial is not None
    study.start(trial.index)


@pytest.fixture
def live(asked: MakeStudy) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs the study in outputs/demo, and never stops appending to its journal."""
    study = asked(num_trials=10**6)
    study._history.close()
    with subprocess.Popen(
        [sys.executable, WRITER, study.paths.root.resolve()],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield process
        finally:
            process.kill()


def test_a_live_study_is_read_again_and_again(live: subprocess.Popen[str]) -> None:
    """Fifty times while it writes: each time it runs, has got no less far, and nothing is wrong with it."""
    seen = [read() for _ in range(50)]
    assert {status.state for status in seen} == {State.RUNNING}
    n_done = [status.n_done for status in seen]
    assert n_done == sorted(n_done)
    assert n_done[-1] > n_done[0]
    assert live.poll() is None


def test_a_live_study_is_left_as_it_is(live: subprocess.Popen[str]) -> None:
    """No file of it is made, changed or touched; its process is held still, to tell who did it."""
    os.kill(live.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, live.pid, os.WSTOPPED | os.WNOWAIT)
    before = listing(DEMO.resolve())
    for _ in range(5):
        assert read().state is State.RUNNING
        text()
    assert listing(DEMO.resolve()) == before
    os.kill(live.pid, signal.SIGCONT)


def test_a_killed_study_is_told_from_a_live_one(live: subprocess.Popen[str]) -> None:
    """From SIGKILL on it can be resumed, whatever its lock file says, and its journal's last line may be torn."""
    live.kill()
    live.wait()
    with (DEMO / "journal.jsonl").open("a") as journal:
        journal.write('{"event":"sugges')
    assert (DEMO / ".lock").exists()
    status = read()
    assert (status.state, [session.end for session in status.sessions]) == (State.KILLED, ["was killed"])
    assert commands() == ["python -m hpo restart=resume study=demo"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_study_that_cannot_be_written_is_read(asked: MakeStudy, capsys: pytest.CaptureFixture[str]) -> None:
    """On a read-only file system, or another user's."""
    study = asked(num_trials=4)
    study.begin()
    asked_for(study)
    study.tell(0, completed(1.0))
    study.end()
    root = study.paths.root
    before = listing(root)
    root.chmod(0o555)
    try:
        assert main(["outputs/demo", "--json"]) == 0
        assert listing(root) == before
    finally:
        root.chmod(0o755)
    assert capsys.readouterr().err == ""
