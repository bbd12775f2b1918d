"""Trials whose process dies or has to be ended."""

import json
import signal
from pathlib import Path

import pytest

from hpo.study import Outcome, Status
from hpo.worker import supervise
from hpo.worker.ending import n_oom_kills, outcome_of_end
from tests.worker import acts
from tests.worker.acts import Act, assignment, is_running


def run(folder: Path, body: acts.Body, **changes: object) -> Outcome:
    outcome = supervise(Act(body), assignment(folder, **changes), lambda _: None)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("body", [acts.hang, acts.hang_in_native_code, acts.ignore_sigterm])
def test_a_trial_over_its_time_is_ended_with_all_that_it_started(tmp_path: Path, body: acts.Body) -> None:
    """Asleep, inside native code, or deaf to SIGTERM: it ends as a time-out, and so do its programs."""
    outcome = run(tmp_path, body, timeout_s=0.5)
    assert (outcome.status, outcome.is_transient) == (Status.TIMEOUT, False)
    assert outcome.reason == "no end within failures.trial_timeout_s=0.5"
    assert outcome.seconds >= 0.5
    assert outcome.started_at is not None
    acts.wait_until(lambda: not any(is_running(pid) for pid in acts.pids(tmp_path)))


@pytest.mark.parametrize(
    ("body", "where"),
    [(acts.hang, "in hang"), (acts.hang_in_native_code, "in hang_in_native_code"), (acts.hang_deep_down, "hang_deep")],
)
def test_the_log_tail_shows_where_a_trial_hung(tmp_path: Path, body: acts.Body, where: str) -> None:
    """The first frame in the tail is the task's innermost, however deep."""
    outcome = run(tmp_path, body, timeout_s=0.5)
    assert "most recent call first" in outcome.log_tail[0]
    assert where in outcome.log_tail[1]
    assert "runpy" not in outcome.log_tail[-1]


def test_the_clock_starts_with_the_task(tmp_path: Path) -> None:
    """A limit shorter than the start of a process ends no trial."""
    run(tmp_path, acts.exit_with_3)
    assert run(tmp_path, acts.succeed, timeout_s=0.1).status is Status.COMPLETED


def test_an_exit_code_is_told(tmp_path: Path) -> None:
    """A task that ends its process crashes, by its own fault, and what it started ends too."""
    outcome = run(tmp_path, acts.exit_with_3)
    assert (outcome.status, outcome.is_transient) == (Status.CRASHED, False)
    assert outcome.reason == "the worker process ended with exit code 3"
    assert outcome.started_at is not None
    acts.wait_until(lambda: not any(is_running(pid) for pid in acts.pids(tmp_path)))


@pytest.mark.parametrize(("body", "name"), [(acts.crash, "SIGSEGV"), (acts.abort, "SIGABRT")])
def test_a_crash_in_native_code_is_told(tmp_path: Path, body: acts.Body, name: str) -> None:
    """A crash has the signal's name, is the trial's own fault, and its place is in the log tail."""
    outcome = run(tmp_path, body)
    assert (outcome.status, outcome.is_transient) == (Status.CRASHED, False)
    assert outcome.reason == f"the worker process was ended by {name}"
    assert "Fatal Python error" in outcome.log_tail[0]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_signal_from_outside_is_transient(tmp_path: Path, number: signal.Signals) -> None:
    """A process that somebody else ended says nothing against the trial."""
    outcome = supervise(Act(acts.hang_after_report), assignment(tmp_path), acts.Reports(number))
    assert outcome is not None
    assert (outcome.status, outcome.is_transient) == (Status.CRASHED, True)
    assert outcome.reason == f"the worker process was ended by {number.name}"


@pytest.mark.slow
def test_a_process_that_speaks_no_more_is_ended(tmp_path: Path) -> None:
    """A task that cuts its connection crashes its trial, which is not taken for a kill from outside."""
    outcome = run(tmp_path, acts.cut_the_connection)
    assert (outcome.status, outcome.is_transient) == (Status.CRASHED, False)
    assert outcome.reason == "the worker process closed the connection to its supervisor"


def test_a_task_that_closes_all_files_is_no_hang(tmp_path: Path) -> None:
    """A process that cannot tell its outcome ends, and the trial with it."""
    outcome = run(tmp_path, acts.close_everything)
    assert (outcome.status, outcome.is_transient) == (Status.CRASHED, False)


@pytest.mark.parametrize(("attempt", "status"), [(2, Status.COMPLETED), (1, Status.CRASHED)])
def test_a_result_counts_although_the_process_died(tmp_path: Path, attempt: int, status: Status) -> None:
    """A whole result of this attempt counts when the process dies after it; that of another attempt does not."""
    given = {**Outcome(Status.COMPLETED, {"value": 4.0}).to_json(), "attempt": attempt, "schema": 2}
    (tmp_path / "result.json.given").write_text(json.dumps(given))
    assert run(tmp_path, acts.outlive_the_trial, attempt=2).status is status


def test_a_kill_while_memory_ran_out_is_told() -> None:
    """SIGKILL with one more kill for want of memory is out of memory; without a count nobody knows."""
    killed, known = -signal.SIGKILL, (3, 4)
    assert outcome_of_end(killed, has_started=True, oom_kills=known).status is Status.OUT_OF_MEMORY
    assert not outcome_of_end(killed, has_started=True, oom_kills=known).is_transient
    assert outcome_of_end(killed, has_started=True, oom_kills=(3, 3)).status is Status.CRASHED
    assert outcome_of_end(killed, has_started=True, oom_kills=(None, None)).status is Status.CRASHED
    assert outcome_of_end(-signal.SIGSEGV, has_started=True, oom_kills=known).status is Status.CRASHED


def test_the_kernels_count_is_read(tmp_path: Path) -> None:
    """The number of kills is read where the kernel tells it; elsewhere it is unknown."""
    (tmp_path / "vmstat").write_text("nr_free_pages 12\noom_kill 5\noom_kill_other 9\n")
    assert n_oom_kills(tmp_path / "vmstat") == 5
    assert n_oom_kills(tmp_path / "absent") is None
