"""Trials that end badly, are run again, or are left for later; and studies that stop."""

import signal

import pytest

from hpo.errors import DamagedStudyError
from hpo.failures import Failures
from hpo.interruption import Interruption
from hpo.study import Outcome, Status, Study
from hpo.study.history import History
from hpo.study.journal import read_events
from hpo.study.ledger import Ledger
from tests.scripted import ListProposer, MakeStudy, completed

KILLED = Outcome(Status.CRASHED, reason="the worker process was ended by SIGKILL", is_transient=True)
FAILED = Outcome(Status.FAILED, reason="ValueError: no", log_tail=("Traceback", "ValueError: no"))


def names(study: Study) -> list[object]:
    return [event["event"] for event in read_events(study.paths.journal)]


def test_a_trial_whose_worker_was_killed_is_run_again_under_its_index(make_study: MakeStudy) -> None:
    """The next trial is the same one: index, parameters, directory; its attempt counts up."""
    study = make_study(slots=1)
    study.ask()
    assert study.tell(0, KILLED).outcome is None
    again = study.ask()
    assert again is not None
    assert (again.index, again.parameters, again.attempt) == (0, {"x": 0.0}, 2)
    assert names(study) == ["suggested", "requeued"]


def test_after_the_last_retry_it_is_crashed(make_study: MakeStudy, proposer: ListProposer) -> None:
    """failures.retries further attempts, then the trial ends with status and reason."""
    study = make_study(slots=1, failures=Failures(retries=2))
    for _ in range(3):
        trial = study.ask()
        assert trial is not None
        study.start(trial.index)
        ended = study.tell(trial.index, KILLED)
    assert (ended.status, ended.attempt, study.n_running) == (Status.CRASHED, 3, 0)
    assert proposer.failed == {0: KILLED.reason}


@pytest.mark.parametrize("retries", [0, 1])
def test_a_worker_that_is_lost_before_it_begins_takes_no_retry(make_study: MakeStudy, retries: int) -> None:
    """Workers may be lost together: one for each slot takes none. What does not start at all ends as crashed."""
    study = make_study(slots=2, failures=Failures(retries=retries))
    for _ in range(2 + retries):
        study.ask()
        assert study.tell(0, KILLED).outcome is None
    study.ask()
    assert study.tell(0, KILLED).status is Status.CRASHED


def test_what_would_happen_again_is_not_tried_again(make_study: MakeStudy) -> None:
    """An exception ends the trial at its first attempt, whatever failures.retries says."""
    study = make_study(failures=Failures(retries=9))
    study.ask()
    assert study.tell(0, FAILED).status is Status.FAILED


def test_the_end_of_the_log_is_in_the_journal(make_study: MakeStudy) -> None:
    """Why a trial failed can be read without its directory."""
    study = make_study()
    study.ask()
    study.tell(0, FAILED)
    *_, event = read_events(study.paths.journal)
    assert event["log_tail"] == ["Traceback", "ValueError: no"]


def test_the_total_counts_a_trial_once_however_often_it_was_run(make_study: MakeStudy) -> None:
    """A retry takes nothing from the budget, and the study ends when the retried trial has."""
    study = make_study(num_trials=2, slots=1)
    study.ask()
    study.tell(0, KILLED)
    for _ in range(2):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, completed(1.0))
    assert study.ask() is None
    assert study.is_finished
    assert sorted(study.ledger.trials) == [0, 1]


def test_a_study_stops_past_its_share_of_failures(make_study: MakeStudy) -> None:
    """From ten ended trials on, more than the share stops the study and it says why."""
    study = make_study(num_trials=40, slots=1, failures=Failures(max_share=0.5))
    while (trial := study.ask()) is not None:
        study.tell(trial.index, FAILED if trial.index % 3 else completed(1.0))
    assert (len(study.trials), study.stop_reason) == (10, "6 of 10 trials failed")
    assert not study.is_finished


def test_failures_of_earlier_sessions_stop_no_study(make_study: MakeStudy) -> None:
    """After mending the cause the study can go on: only what ended in this session counts."""
    study = make_study(num_trials=40, slots=1)
    while (trial := study.ask()) is not None:
        study.tell(trial.index, FAILED)
    study.end()
    again = make_study(num_trials=40, slots=1, proposer=ListProposer(start=len(study.trials)))
    assert again.ask() is not None


def test_a_study_that_was_asked_to_stop_begins_nothing(make_study: MakeStudy) -> None:
    """No trial is asked for; those that run are told as usual, and the rest is left for later."""
    interruption = Interruption()
    study = make_study(num_trials=4, slots=2, interruption=interruption)
    study.ask()
    study.ask()
    interruption.request(signal.SIGTERM)
    assert study.ask() is None
    assert study.is_asked_out
    assert study.tell(0, completed(1.0)).is_completed
    study.leave(1)
    assert (study.n_running, study.is_finished) == (0, False)
    assert Ledger.read(study.paths.journal).unfinished == [1]


def test_a_worker_that_is_killed_while_the_study_stops_leaves_its_trial_unfinished(make_study: MakeStudy) -> None:
    """A batch system that ends everything at once makes no failures of it."""
    interruption = Interruption()
    study = make_study(interruption=interruption)
    study.ask()
    interruption.request(signal.SIGTERM)
    assert study.tell(0, KILLED).outcome is None
    assert (study.n_running, names(study)) == (0, ["suggested"])


def test_unfinished_trials_come_before_new_ones(make_study: MakeStudy) -> None:
    """A study that goes on first asks for what it has not finished, in order."""
    study = make_study(num_trials=4, slots=3)
    for _ in range(3):
        study.ask()
    study.tell(1, completed(1.0))
    study.end()
    again = make_study(num_trials=4, slots=3, proposer=ListProposer(start=3))
    asked = [trial and trial.index for trial in (again.ask(), again.ask(), again.ask())]
    assert asked == [0, 2, 3]


@pytest.mark.parametrize("missing", [(), ("summary.json",), ("trials.csv", "best.yaml", "summary.json")])
def test_the_journal_alone_rebuilds_the_study(make_study: MakeStudy, missing: tuple[str, ...]) -> None:
    """What the live study knew and what a replay knows is the same, whatever other files are gone."""
    study = make_study(num_trials=3, slots=3)
    outcomes = {0: completed(3.0), 1: FAILED}
    study.begin()
    for _ in range(3):
        study.ask()
    for index, outcome in outcomes.items():
        study.start(index)
        study.tell(index, outcome)
    study.end()
    for name in missing:
        (study.paths.root / name).unlink()
    again = make_study(num_trials=3, slots=3, proposer=ListProposer(start=3))
    assert again.ledger == study.ledger
    again.end()
    assert (again.best, again.counts) == (study.best, study.counts)
    assert all((study.paths.root / name).exists() for name in missing)


def test_a_full_disk_stops_the_study_and_keeps_what_ended(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes that arrive after the disk ran full are recorded; nothing new begins."""
    study = make_study(slots=2)
    study.ask()
    study.ask()
    monkeypatch.setattr(History, "is_short", property(lambda _: True))
    study.tell(0, completed(1.0))
    assert study.ask() is None
    assert study.stop_reason == "the disk is full"
    assert study.tell(1, completed(2.0)).is_completed


def test_a_study_whose_last_trials_were_left_is_not_finished(make_study: MakeStudy) -> None:
    """All were asked for, but two were interrupted: there is something to resume."""
    interruption = Interruption()
    study = make_study(num_trials=2, slots=2, interruption=interruption)
    study.ask()
    study.ask()
    interruption.request(signal.SIGTERM)
    study.leave(0)
    study.leave(1)
    assert not study.is_finished


def test_a_study_that_lost_its_journal_is_not_begun_anew(make_study: MakeStudy) -> None:
    """Trials without a journal are refused instead of being run over."""
    study = make_study()
    study.ask()
    study.end()
    study.paths.journal.unlink()
    with pytest.raises(DamagedStudyError, match=r"journal\.jsonl has no trials, and .*trials has"):
        History(study.paths)
