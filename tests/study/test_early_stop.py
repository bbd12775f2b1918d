"""A study some of whose trials were stopped early."""

from pathlib import Path

import pytest

from hpo.failures import Failures
from hpo.objective import build_objective
from hpo.study import Outcome, Status
from hpo.study.ledger import Ledger
from hpo.study.reports import read_reports
from hpo.study.screening import data_of
from hpo.study.summary import summarise
from hpo.study.table import write_table
from hpo.task import Report
from tests.scripted import ListProposer, MakeStudy, completed, told

HOPELESS = Outcome(Status.STOPPED_EARLY, {"loss": 0.1}, reason="hopeless", started_at=100.0, seconds=1.0)


def test_a_stopped_trial_never_competes_for_best(make_study: MakeStudy) -> None:
    """Its value belongs to an earlier step: however good, it is no result."""
    study = told(make_study(), completed(3.0), HOPELESS, completed(2.0))
    assert study.best is not None
    assert study.best.index == 2
    assert summarise(study)["counts"] == {"completed": 2, "stopped_early": 1}


def test_the_proposer_learns_what_a_stopped_trial_reported_last(make_study: MakeStudy, proposer: ListProposer) -> None:
    """Its last report is data for the model."""
    told(make_study(), HOPELESS)
    assert proposer.data == {0: {"objective": 0.1}}


@pytest.mark.parametrize(
    ("metrics", "constraints"), [({"loss": 0.1}, ("size <= 1",)), ({"size": 1.0}, ()), ({"loss": float("nan")}, ())]
)
def test_the_proposer_learns_nothing_of_a_report_that_lacks_something(
    make_study: MakeStudy, proposer: ListProposer, metrics: dict[str, float], constraints: tuple[str, ...]
) -> None:
    """Half the data is none: the point is known as taken."""
    told(make_study(constraints=constraints), Outcome(Status.STOPPED_EARLY, metrics, reason="hopeless"))
    assert (proposer.data, proposer.failed) == ({}, {0: "hopeless"})


def test_stopped_trials_are_no_failures(make_study: MakeStudy) -> None:
    """However many there are, the study goes on, and none is run again."""
    study = told(make_study(num_trials=20, slots=1, failures=Failures(max_share=0.0)), *[HOPELESS] * 15)
    assert not study.is_stopping
    assert not any(trial.status.may_be_retried for trial in study.trials)


def test_a_replay_knows_stopped_trials_as_the_live_study_did(make_study: MakeStudy, proposer: ListProposer) -> None:
    """Status, reason and metrics come back from the journal, and what a proposer is told of them."""
    study = told(make_study(), completed(3.0), HOPELESS)
    trials = Ledger.read(study.paths.journal).trials
    assert trials == study.ledger.trials
    assert trials[1].outcome == HOPELESS
    objective = build_objective("loss")
    assert {index: data_of(trial, objective) for index, trial in trials.items()} == proposer.data


def test_the_reports_of_a_journal_are_read_in_order(make_study: MakeStudy) -> None:
    """Numbers that JSON does not have included."""
    study = make_study()
    study.begin()
    for _ in range(2):
        study.ask()
    reports = [(1, Report(1, {"loss": 2.0})), (0, Report(1, {"loss": float("inf")})), (1, Report(2, {"loss": 1.0}))]
    for index, report in reports:
        study.report(index, report)
    assert list(read_reports(study.paths.journal)) == reports


def test_stopped_trials_come_after_the_completed_ones(make_study: MakeStudy, tmp_path: Path) -> None:
    """The table has what they reported last, and why they were stopped."""
    study = told(make_study(), HOPELESS, completed(3.0))
    write_table(study, study.paths)
    assert study.paths.table.read_text().splitlines() == [
        "trial_index,status,x,loss,seconds,reason",
        "1,completed,1.0,3.0,2.0,",
        "0,stopped_early,0.0,0.1,1.0,hopeless",
    ]
