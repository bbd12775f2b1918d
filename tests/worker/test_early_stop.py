"""Trials that are stopped early while they run."""

import json
import time
from pathlib import Path

import pytest

from hpo.study import Outcome, Status
from hpo.task import Report
from hpo.worker import Assignment, read_result, supervise
from tests.worker import acts
from tests.worker.acts import Act, Body, assignment

VERDICT = Outcome(Status.STOPPED_EARLY, {"loss": 4.0}, reason="hopeless")


class StopAt(list[Report]):
    """Keeps reports, and leaves the verdict when a step is reported."""

    def __init__(self, file: Path, step: int) -> None:
        self._file = file
        self._step = step

    def __call__(self, report: Report) -> None:
        self.append(report)
        if report.step == self._step:
            self._file.write_text(json.dumps(VERDICT.to_json()))


def stoppable(folder: Path, **changes: object) -> Assignment:
    return assignment(folder, early_stop_file=str(folder / "verdict"), **changes)


def stopped(body: Body, folder: Path, step: int = 1, **changes: object) -> tuple[Outcome, StopAt]:
    """Run a trial that is stopped at ``step``."""
    reports = StopAt(folder / "verdict", step)
    outcome = supervise(Act(body), stoppable(folder, **changes), reports)
    assert outcome is not None
    return outcome, reports


def pid_of_next(folder: Path) -> float:
    outcome = supervise(Act(acts.succeed), assignment(folder / "next", index=8), lambda _: None)
    assert outcome is not None
    return outcome.metrics["pid"]


def test_a_stopped_trial_ends_at_its_next_report_with_the_verdict(tmp_path: Path) -> None:
    """Its outcome is the one that was left for it, with the trial's own times, and lies in its directory."""
    outcome, reports = stopped(acts.report_for_ever, tmp_path, step=3)
    assert (outcome.status, outcome.metrics, outcome.reason) == (VERDICT.status, VERDICT.metrics, VERDICT.reason)
    assert outcome.started_at is not None
    assert 0.02 <= outcome.seconds < 5
    assert [report.step for report in reports] == [1, 2, 3]
    assert read_result(tmp_path, 1) == outcome


def test_the_process_of_a_stopped_trial_runs_the_next_one(tmp_path: Path) -> None:
    """What the process has loaded stays, and nothing of the stop reaches the next trial."""
    _, reports = stopped(acts.report_for_ever, tmp_path)
    assert pid_of_next(tmp_path) == reports[0].metrics["pid"]
    later: list[Report] = []
    outcome = supervise(Act(acts.report_twice), assignment(tmp_path / "last", index=9), later.append)
    assert outcome is not None
    assert (outcome.status, [report.step for report in later]) == (Status.COMPLETED, [1, 2])


def test_a_trial_that_reports_no_more_ends_with_its_process(tmp_path: Path) -> None:
    """After the time that it has, the process is ended, and another one runs the next trial."""
    began = time.monotonic()
    outcome, reports = stopped(acts.hang_after_report, tmp_path, stop_within_s=0.3)
    assert time.monotonic() - began < 30
    assert outcome.status is Status.STOPPED_EARLY
    assert not acts.is_running(int(reports[0].metrics["pid"]))
    assert pid_of_next(tmp_path) != reports[0].metrics["pid"]


def test_a_trial_that_completes_before_it_is_stopped_is_completed(tmp_path: Path) -> None:
    """Its data is worth more than a verdict on its last report but one."""
    outcome, _ = stopped(acts.report_once, tmp_path)
    assert (outcome.status, outcome.metrics) == (Status.COMPLETED, {"value": 0.25})


def test_a_stopped_trial_cannot_fail_any_more(tmp_path: Path) -> None:
    """One that crashes on its way out was stopped early."""
    outcome, _ = stopped(acts.crash_after_report, tmp_path)
    assert (outcome.status, outcome.reason) == (Status.STOPPED_EARLY, "hopeless")


def test_a_time_limit_still_holds_for_a_stopped_trial(tmp_path: Path) -> None:
    """The time to come to the next report does not lengthen the time that a trial may take."""
    began = time.monotonic()
    outcome, _ = stopped(acts.hang_after_report, tmp_path, timeout_s=0.3, stop_within_s=1000)
    assert outcome.status is Status.STOPPED_EARLY
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("text", ["", "stopped"])
def test_a_trial_that_nobody_stops_reports_to_its_end(tmp_path: Path, text: str) -> None:
    """Without a verdict of its own nothing changes, whatever else lies in the folder."""
    (tmp_path / "another").write_text(text)
    reports: list[Report] = []
    outcome = supervise(Act(acts.report_twice), stoppable(tmp_path), reports.append)
    assert outcome is not None
    assert (outcome.status, len(reports)) == (Status.COMPLETED, 2)
