"""How a study stands, told from its journal and its lock file alone."""

import os
import re
import socket
import time
from pathlib import Path

import pytest
import yaml

from hpo.interruption import Interruption
from hpo.status.state import State
from hpo.study import Study
from hpo.study.holder import LEASE_S, SILENCE_S
from hpo.study.lock import StudyLock
from tests.scripted import ListProposer, MakeStudy, completed
from tests.status.reading import DEMO, as_json, commands, read, text


def run(study: Study, n_trials: int) -> None:
    for _ in range(n_trials):
        trial = study.ask()
        assert trial is not None
        study.start(trial.index)
        study.tell(trial.index, completed(1.0 + trial.index))


def with_lock_of(study: Study, **changes: object) -> None:
    """End the study's process, as far as its directory tells: its lock file stays, with some fields changed."""
    lock = study.paths.lock.read_text()
    for name, value in changes.items():
        lock = re.sub(rf"(?m)^{name}=.*$", f"{name}={value}", lock)
    study._history.close()
    study.paths.lock.write_text(lock)


def test_a_study_without_a_session_has_not_begun(asked: MakeStudy) -> None:
    """What was killed while Ax was imported has no session and no trial; it can be resumed."""
    asked()._history.close()
    status = read()
    assert (status.state, status.n_done, list(status.sessions)) == (State.NOT_BEGUN, 0, [])
    assert commands() == ["python -m hpo restart=resume study=demo"]


def test_a_study_without_a_journal_has_not_begun(asked: MakeStudy) -> None:
    """The moment between the making of the directory and the first event."""
    study = asked()
    study._history.close()
    study.paths.journal.unlink()
    assert "demo: not begun" in text()


def test_a_study_whose_process_is_there_runs(asked: MakeStudy) -> None:
    """There is nothing to type, and it is said which process it is."""
    study = asked(num_trials=4)
    study.begin()
    run(study, 1)
    assert read().state is State.RUNNING
    assert [session.end for session in read().sessions] == ["running"]
    assert commands() == []
    assert f"It runs (process {os.getpid()}): nothing to resume." in text()


def test_a_study_that_is_being_opened_is_not_offered(asked: MakeStudy) -> None:
    """Between taking the study and its first event there are seconds in which Ax is imported."""
    study = asked()
    study.begin()
    study.end()
    with StudyLock(study.paths.lock):
        assert read().state is State.RUNNING
        assert [session.end for session in read().sessions] == ["stopped"]
        assert commands() == []


def test_what_its_process_left_without_an_end_was_killed(asked: MakeStudy) -> None:
    """No process has the lock, the last session has no end, and trials are left."""
    study = asked(num_trials=4)
    study.begin()
    run(study, 1)
    study._history.close()
    status = read()
    assert (status.state, [session.end for session in status.sessions]) == (State.KILLED, ["was killed"])


def test_a_later_process_of_the_same_number_does_not_run_it(asked: MakeStudy) -> None:
    """A crash left the lock file; its process id was given to another process since."""
    study = asked(num_trials=4)
    study.begin()
    with_lock_of(study, start=1)
    assert read().state is State.KILLED


def test_a_process_that_is_gone_does_not_run_it(asked: MakeStudy) -> None:
    """A crash left the lock file, and nothing has its process id."""
    study = asked(num_trials=4)
    study.begin()
    with_lock_of(study, pid=2**22 + 1)  # above what Linux gives out
    assert read().state is State.KILLED


def test_a_study_that_was_asked_to_stop_says_so(asked: MakeStudy, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason that the session gave is shown."""
    interruption = Interruption()
    study = asked(num_trials=4, interruption=interruption)
    study.begin()
    run(study, 1)
    interruption.request(15)
    study.end()
    assert read().state is State.STOPPED
    assert "demo: stopped (SIGTERM)" in text()
    assert [session.end for session in read().sessions] == ["SIGTERM"]


def test_a_study_with_nothing_left_is_finished(asked: MakeStudy) -> None:
    """Its total is reached; it says so also if its last session was killed right after."""
    study = asked(num_trials=2)
    study.begin()
    run(study, 2)
    study._history.close()
    status = read()
    assert (status.state, [session.end for session in status.sessions]) == (State.FINISHED, ["was killed"])


def test_a_space_without_untried_points_ends_a_study(asked: MakeStudy) -> None:
    """Fewer trials than asked for, and yet nothing is left to run: neither resume nor extend is offered."""
    study = asked(num_trials=9, proposer=ListProposer(n_points=2))
    record = yaml.safe_load(study.paths.config.read_text())
    record["space"]["parameters"]["x"] = {"type": "choice", "values": [0.0, 1.0]}
    study.paths.config.write_text(yaml.safe_dump(record))
    study.begin()
    run(study, 2)
    assert study.ask() is None
    study.end()
    assert "finished (the space has no untried point left)" in text()
    assert not any("restart=" in command for command in commands())


@pytest.fixture
def elsewhere(asked: MakeStudy) -> Study:
    """A study that a process on another host runs."""
    study = asked(num_trials=4)
    study.begin()
    run(study, 1)
    journal = study.paths.journal.read_text()
    study.paths.journal.write_text(journal.replace(f'"host":"{socket.gethostname()}"', '"host":"node17"'))
    with_lock_of(study, host="node17")
    return study


def test_on_another_host_its_last_event_is_told(elsewhere: Study) -> None:
    """Its process cannot be looked for, but it touches the lock file."""
    assert read().state is State.RUNNING
    assert re.fullmatch(r"on node17, last event [\d.e-]+ s ago", read().sessions[-1].end)
    assert "node17" in text()
    assert commands() == []


def test_the_last_sign_of_life_is_told(elsewhere: Study) -> None:
    """Of a process on another host that was not heard of for longer than its lease; it may be gone."""
    assert "sign of life" not in text()
    os.utime(elsewhere.paths.lock, (0.0, time.time() - 3 * LEASE_S))
    assert read().state is State.RUNNING
    assert re.search(r"It runs \(process \d+ on node17, last sign of life 9\d s ago\)", text())


def test_a_study_with_a_batch_script_goes_on_as_a_job(elsewhere: Study) -> None:
    """It may also go on here."""
    os.utime(elsewhere.paths.lock, (0.0, read().now - SILENCE_S - 1))
    resume = "python -m hpo restart=resume study=demo"
    script = Path("outputs/slurm/demo.sh")
    script.parent.mkdir()
    script.write_text("study=(\n  restart=auto\n)\n")  # of an array
    assert commands() == [resume]
    script.write_text("study=(\n  restart=auto\n  study=demo\n)\n")
    assert commands() == ["sbatch outputs/slurm/demo.sh", resume]


def test_a_silent_process_on_another_host_may_be_gone(elsewhere: Study) -> None:
    """Without a sign of life for minutes it may be resumed, on the condition that is said."""
    os.utime(elsewhere.paths.lock, (0.0, read().now - SILENCE_S - 1))
    assert read().state is State.SILENT
    assert commands() == ["python -m hpo restart=resume study=demo"]
    assert "is gone" in text()


def test_a_container_is_another_host(asked: MakeStudy) -> None:
    """Process ids of another namespace say nothing here, also if the host has the same name."""
    study = asked()
    study.begin()
    with_lock_of(study, host=f"{socket.gethostname()}?pidns-1", pid=2**22 + 1)
    assert read().state is State.RUNNING


def test_a_lock_that_is_being_written_counts(asked: MakeStudy) -> None:
    """A lock file that says nothing yet is somebody's."""
    study = asked()
    study._history.close()
    study.paths.lock.touch()
    assert read().state is State.RUNNING
    assert "It runs (a process)" in text()


def test_the_trials_that_run_are_told(asked: MakeStudy) -> None:
    """Index, attempt, seconds so far and last checkpoint of each; one that no worker has yet has no seconds."""
    study = asked(num_trials=4)
    study.begin()
    for _ in range(2):
        study.ask()
    study.start(0)
    study._history.write("reported", index=0, step=3, metrics={}, checkpoint="epoch3.pt")
    first, second = as_json()["running"]
    assert {**first, "seconds": None} == {"index": 0, "attempt": 1, "seconds": None, "checkpoint": "epoch3.pt"}
    assert 0 <= first["seconds"] < 600
    assert second == {"index": 1, "attempt": 1, "seconds": None, "checkpoint": None}
    assert "so far, checkpoint epoch3.pt" in text()


def test_what_a_killed_session_left_does_not_run(asked: MakeStudy) -> None:
    """Its trials are unfinished, and no time passes for them."""
    study = asked(num_trials=4)
    study.begin()
    study.ask()
    study.start(0)
    study._history.close()
    assert [found.seconds for found in read().running] == [None]
    assert "unfinished  trial 0, attempt 1, no checkpoint" in text()
    assert "1 unfinished" in text()


def test_a_study_is_known_by_its_directory(asked: MakeStudy, tmp_path: Path) -> None:
    """Its directory was renamed; commands find it by the new name."""
    study = asked(num_trials=4)
    study._history.close()
    (tmp_path / DEMO).rename(tmp_path / "outputs" / "renamed")
    assert commands(Path("outputs/renamed")) == ["python -m hpo restart=resume study=renamed"]
