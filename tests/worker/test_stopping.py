"""Trials while the study asks to stop."""

from contextlib import suppress
from pathlib import Path

import pytest

from hpo.study import Status
from hpo.task import Report, TrialContext, TrialInterrupted
from hpo.worker import evaluate, supervise
from tests.worker import acts
from tests.worker.acts import Act, assignment


def test_a_supervised_trial_ends_at_its_next_checkpoint(tmp_path: Path) -> None:
    """When the stop file appears, the next report with a checkpoint is the last, and there is no outcome."""
    stop_file, reports = tmp_path / "stop", list[Report]()

    def send(report: Report) -> None:
        reports.append(report)
        stop_file.touch()

    assert supervise(Act(acts.checkpoint_until_stopped), assignment(tmp_path, stop_file=str(stop_file)), send) is None
    assert str(reports[-1].step) == (tmp_path / "c.pt").read_text()
    assert not (tmp_path / "result.json").exists()


def test_the_process_stays_after_an_interruption(tmp_path: Path) -> None:
    """An interrupted trial's process runs the next one, which is not asked to stop."""
    stop_file, reports = tmp_path / "stop", list[Report]()
    stop_file.touch()
    supervise(Act(acts.checkpoint_until_stopped), assignment(tmp_path, stop_file=str(stop_file)), reports.append)
    outcome = supervise(Act(acts.succeed), assignment(tmp_path), reports.append)
    assert outcome is not None
    assert outcome.metrics["pid"] == reports[0].metrics["pid"]


def test_a_trial_without_a_checkpoint_goes_on(tmp_path: Path) -> None:
    """A task that is asked to stop and has no checkpoint runs to its end."""
    stop_file = tmp_path / "stop"
    stop_file.touch()
    outcome = supervise(Act(acts.go_on_when_stopped), assignment(tmp_path, stop_file=str(stop_file)), lambda _: None)
    assert outcome is not None
    assert (outcome.status, outcome.metrics) == (Status.COMPLETED, {"value": 0.5})


def test_an_interrupted_attempt_has_no_outcome(tmp_path: Path) -> None:
    """In this process, too: the report with the checkpoint is sent, and no result is left."""
    reports: list[Report] = []
    task = Act(acts.checkpoint_until_stopped)
    outcome = evaluate(task, assignment(tmp_path), reports.append, own_process=False, is_stopping=lambda: True)
    assert outcome is None
    assert [(report.step, report.checkpoint) for report in reports] == [(1, "c.pt")]
    assert not (tmp_path / "result.json").exists()


def test_no_except_exception_of_a_task_stops_an_interruption(tmp_path: Path) -> None:
    """A report with a checkpoint ends the attempt through the task's own error handling."""
    context = TrialContext(index=0, directory=tmp_path, seed=0, stopping=lambda: True)
    context.report(1, {})

    def careful_task() -> None:
        with suppress(Exception):
            context.report(2, {}, checkpoint=".")

    with pytest.raises(TrialInterrupted):
        careful_task()


def test_by_default_nobody_asks_to_stop(tmp_path: Path) -> None:
    """A context made by hand is never asked to stop."""
    context = TrialContext(index=0, directory=tmp_path, seed=0)
    context.report(1, {}, checkpoint=".")
    assert not context.is_stopping
