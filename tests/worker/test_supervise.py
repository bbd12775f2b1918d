import os
import signal
import sys
from pathlib import Path

import pytest

from hpo.study import Outcome, Status
from hpo.task import Report
from hpo.worker import read_result, supervise
from tests.worker import acts
from tests.worker.acts import Act, assignment


def pid_of(outcome: Outcome | None) -> int:
    assert outcome is not None
    assert outcome.status is Status.COMPLETED
    return int(outcome.metrics["pid"])


def run(folder: Path, body: acts.Body, **changes: object) -> Outcome | None:
    return supervise(Act(body), assignment(folder, **changes), lambda _: None)


def test_a_trial_runs_in_another_process(tmp_path: Path) -> None:
    """What the task returned comes back from a process that is not this one, with its times."""
    outcome = run(tmp_path, acts.succeed)
    assert outcome is not None
    assert outcome.metrics["value"] == 3.0
    assert pid_of(outcome) != os.getpid()
    assert outcome.started_at is not None
    assert outcome == read_result(tmp_path, attempt=1)


def test_the_process_stays_for_the_next_trial(tmp_path: Path) -> None:
    """Two trials run in one process."""
    assert pid_of(run(tmp_path, acts.succeed)) == pid_of(run(tmp_path, acts.succeed))


def test_a_dead_process_is_replaced(tmp_path: Path) -> None:
    """After a process died, another one runs the next trial."""
    before = pid_of(run(tmp_path, acts.succeed))
    run(tmp_path, acts.exit_with_3)
    assert pid_of(run(tmp_path, acts.succeed)) != before


def test_a_process_that_died_between_trials_is_replaced(tmp_path: Path) -> None:
    """An idle process that somebody killed costs no trial."""
    before = pid_of(run(tmp_path, acts.succeed))
    os.kill(before, signal.SIGKILL)
    acts.wait_until(lambda: not acts.is_running(before))
    assert pid_of(run(tmp_path, acts.succeed)) != before


def test_other_gpus_want_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was started for some GPUs runs no trial for others."""
    before = pid_of(run(tmp_path, acts.succeed))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert pid_of(run(tmp_path, acts.succeed)) != before


def test_reports_arrive_in_order(tmp_path: Path) -> None:
    """What the task reports is sent on before the outcome is returned."""
    reports: list[Report] = []
    supervise(Act(acts.report_twice), assignment(tmp_path), reports.append)
    assert reports == [Report(1, {"loss": 0.5}), Report(2, {"loss": 0.25}, "c.pt")]


def test_whoever_takes_the_reports_may_end_the_trial(tmp_path: Path) -> None:
    """What the receiver of a report raises comes out, and the trial's process is ended."""
    seen: list[int] = []

    def stop(report: Report) -> None:
        seen.append(int(report.metrics["pid"]))
        raise SystemExit("enough")

    with pytest.raises(SystemExit, match="enough"):
        supervise(Act(acts.hang_after_report), assignment(tmp_path), stop)
    assert not acts.is_running(seen[0])


def test_modules_are_found_where_this_process_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task from a folder that was added to sys.path runs, and the environment it sees is this process's."""
    (tmp_path / "elsewhere.py").write_text(
        "import os\n\n\ndef body(*_):\n    return float(os.environ.get('PYTHONPATH') == 'as it was')\n"
    )
    monkeypatch.setenv("PYTHONPATH", "as it was")
    monkeypatch.syspath_prepend(str(tmp_path))
    body = __import__("elsewhere").body
    outcome = run(tmp_path, body)
    sys.modules.pop("elsewhere")
    assert outcome is not None
    assert outcome.metrics == {"value": 1.0}


def test_a_task_that_cannot_be_loaded_is_a_failure(tmp_path: Path) -> None:
    """The reason names what is missing in the worker process; the log has the traceback."""
    outcome = supervise(acts.Unloadable(acts.succeed), assignment(tmp_path), lambda _: None)
    assert outcome is not None
    assert outcome.status is Status.FAILED
    assert "cannot load the task: ModuleNotFoundError: No module named 'missing_library'" in str(outcome.reason)
    assert any("_missing" in line for line in outcome.log_tail)


def test_a_task_that_cannot_be_sent_is_a_failure(tmp_path: Path) -> None:
    """A task that pickle refuses ends its trial as failed, with the reason and its times."""
    outcome = run(tmp_path, lambda *_: 1.0)
    assert outcome is not None
    assert outcome.status is Status.FAILED
    assert "cannot pickle the task" in str(outcome.reason)
    assert outcome.started_at is not None


def test_a_process_that_cannot_start_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the worker's Python is not there, the trial fails and says so."""
    pid = pid_of(run(tmp_path, acts.succeed))
    os.kill(pid, signal.SIGKILL)
    acts.wait_until(lambda: not acts.is_running(pid))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    outcome = run(tmp_path, acts.succeed)
    assert outcome is not None
    assert outcome.status is Status.FAILED
    assert "could not be started: FileNotFoundError" in str(outcome.reason)


def test_a_process_that_ends_while_it_starts_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the worker's program fails at once, the trial fails with its exit code."""
    pid = pid_of(run(tmp_path, acts.succeed))
    os.kill(pid, signal.SIGKILL)
    acts.wait_until(lambda: not acts.is_running(pid))
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 4\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    outcome = run(tmp_path, acts.succeed)
    assert outcome is not None
    assert outcome.status is Status.FAILED
    assert "exit code 4 while it started" in str(outcome.reason)


def test_native_output_of_a_supervised_trial_is_in_its_log(tmp_path: Path) -> None:
    """What the task and the programs that it starts print is in log.txt."""
    run(tmp_path, echo)
    assert (tmp_path / "log.txt").read_text() == "from Python\nfrom a program\n"


def echo(*_: object) -> float:
    print("from Python", flush=True)  # noqa: T201 - what is tested
    os.system("echo from a program")  # noqa: S605, S607 - the same
    return 0.0
