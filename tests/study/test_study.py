import json
from pathlib import Path

import pytest
import yaml

from hpo.study import Outcome, Status, Study, Trial
from hpo.study.journal import read_events
from hpo.study.observers import Observer
from hpo.task import Report
from tests.scripted import ListProposer, MakeStudy, completed


def events(study: Study) -> list[tuple[object, object]]:
    return [(event["event"], event.get("index")) for event in read_events(study.paths.journal)]


def test_a_suggestion_is_in_the_journal_before_it_leaves(make_study: MakeStudy) -> None:
    """When ask returns, the journal holds the parameters it returns."""
    study = make_study()
    trial = study.ask()
    assert trial is not None
    (event,) = read_events(study.paths.journal)
    assert (event["event"], event["index"], event["parameters"]) == ("suggested", 0, {"x": 0.0})


def test_an_outcome_is_in_the_journal_before_the_proposer_hears_of_it(make_study: MakeStudy) -> None:
    """A proposer that is told finds the outcome on the disk already."""
    seen: list[object] = []

    class Reader(ListProposer):
        def complete(self, index: int, data: object) -> None:
            seen.extend(event["event"] for event in read_events(study.paths.journal))

    study = make_study(proposer=Reader())
    study.ask()
    study.tell(0, completed(1.0))
    assert seen == ["suggested", "completed"]


def test_the_cap_on_trials_in_flight_holds(make_study: MakeStudy) -> None:
    """With all slots taken there is nothing to run, and something again when one falls free."""
    study = make_study(slots=2)
    assert [study.ask() is None for _ in range(3)] == [False, False, True]
    study.tell(0, completed(1.0))
    assert study.ask() is not None


def test_the_total_is_never_exceeded(make_study: MakeStudy) -> None:
    """A study asks for num_trials trials, then says that none will follow."""
    study = make_study(num_trials=2, slots=9)
    assert [study.ask() is None for _ in range(3)] == [False, False, True]
    assert study.is_asked_out


def test_a_space_without_points_left_ends_the_study(make_study: MakeStudy, caplog: pytest.LogCaptureFixture) -> None:
    """When the proposer has nothing left, the study says so and asks for no more."""
    study = make_study(num_trials=9, slots=9, proposer=ListProposer(n_points=1))
    assert [study.ask() is None for _ in range(2)] == [False, True]
    assert study.is_asked_out
    assert "no untried point left" in caplog.text


def test_telling_twice_changes_nothing(make_study: MakeStudy, proposer: ListProposer) -> None:
    """The first outcome of an index stands; the second is neither data nor an event."""
    study = make_study()
    study.ask()
    study.tell(0, completed(1.0))
    study.tell(0, completed(5.0))
    assert proposer.data == {0: {"objective": 1.0}}
    assert events(study) == [("suggested", 0), ("completed", 0)]


def test_telling_of_an_unknown_trial_is_an_error(make_study: MakeStudy) -> None:
    """An index that was never asked for is refused."""
    with pytest.raises(KeyError):
        make_study().tell(7, completed(1.0))


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [({"loss": float("nan")}, "loss"), ({"loss": float("inf")}, "loss"), ({"other": 1.0}, "loss")],
)
def test_what_is_no_number_is_no_data(
    make_study: MakeStudy, proposer: ListProposer, metrics: dict[str, float], reason: str
) -> None:
    """NaN, infinity and a missing metric end a trial as invalid, with a reason, and never reach the model."""
    study = make_study()
    study.ask()
    trial = study.tell(0, Outcome(Status.COMPLETED, metrics))
    assert trial.status is Status.INVALID
    assert reason in proposer.failed[0]
    assert proposer.data == {}


def test_a_failed_trial_does_not_stay_pending(make_study: MakeStudy, proposer: ListProposer) -> None:
    """A trial that raised frees its slot, and the proposer hears why."""
    study = make_study(slots=1)
    study.ask()
    study.tell(0, Outcome(Status.FAILED, reason="ValueError: no"))
    assert (study.n_running, proposer.failed) == (0, {0: "ValueError: no"})


def test_the_model_hears_only_of_the_objective_and_the_constraint_metrics(
    make_study: MakeStudy, proposer: ListProposer
) -> None:
    """Other metrics are kept in the table but are no data."""
    study = make_study(metric="loss + 2*size", constraints=("size <= 5",))
    study.ask()
    study.tell(0, completed(1.0, size=3.0, seconds_of_io=9.0))
    assert proposer.data == {0: {"objective": 7.0, "size": 3.0}}


def test_the_best_trial_satisfies_the_constraints(make_study: MakeStudy) -> None:
    """A lower objective does not win if it violates a constraint."""
    study = make_study(constraints=("size <= 5",))
    for loss, size in ((3.0, 1.0), (1.0, 9.0)):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, completed(loss, size=size))
    assert study.best is not None
    assert study.best.index == 0


def test_the_largest_value_is_best_when_maximising(make_study: MakeStudy) -> None:
    """Direction maximize turns the order around."""
    study = make_study(direction="maximize")
    for loss in (3.0, 8.0, 1.0):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, completed(loss))
    assert study.best is not None
    assert study.best.index == 1


def test_reports_are_journalled_while_a_trial_runs(make_study: MakeStudy) -> None:
    """A report of a running trial is an event; one that comes after the end is dropped."""
    study = make_study()
    study.ask()
    study.report(0, Report(1, {"loss": 2.0}, "epoch1.pt"))
    study.tell(0, completed(1.0))
    study.report(0, Report(2, {"loss": 1.0}))
    assert events(study) == [("suggested", 0), ("reported", 0), ("completed", 0)]


def test_a_metric_may_not_take_the_name_of_a_column(make_study: MakeStudy) -> None:
    """A metric called like a parameter or like a column of the table makes the trial invalid, and says so."""
    study = make_study()
    for name in ("x", "seconds"):
        trial = study.ask()
        assert trial is not None
        ended = study.tell(trial.index, completed(1.0, **{name: 2.0}))
        assert ended.status is Status.INVALID
        assert name in str(ended.outcome and ended.outcome.reason)


def test_a_file_that_cannot_be_written_ends_no_study(make_study: MakeStudy, caplog: pytest.LogCaptureFixture) -> None:
    """A snapshot that fails is logged; the outcome stands and the session ends in order."""

    class NoDisk(ListProposer):
        def save(self, path: Path) -> None:
            raise OSError("no space left")

    study = make_study(proposer=NoDisk())
    study.ask()
    study.tell(0, completed(1.0))
    study.pause()
    study.end()
    assert study.paths.summary.exists()
    assert "could not be written" in caplog.text


def test_a_trial_whose_worker_died_has_a_duration(make_study: MakeStudy) -> None:
    """Where the worker could send no times, those of the driver count."""
    study = make_study()
    study.ask()
    study.start(0)
    ended = study.tell(0, Outcome(Status.CRASHED, reason="the worker process died"))
    assert ended.outcome is not None
    assert ended.outcome.started_at is not None
    assert ended.outcome.seconds > 0


def test_an_observer_that_raises_loses_no_result(make_study: MakeStudy, caplog: pytest.LogCaptureFixture) -> None:
    """The fault is logged under the observer's name; the others still hear, and the outcome stands."""
    heard: list[int] = []

    class Faulty(Observer):
        def on_trial_end(self, study: Study, trial: Trial) -> None:
            raise RuntimeError("no disk left")

    class Good(Observer):
        def on_trial_end(self, study: Study, trial: Trial) -> None:
            heard.append(trial.index)

    study = make_study(observers={"faulty": Faulty(), "good": Good()})
    study.ask()
    assert study.tell(0, completed(1.0)).is_completed
    assert heard == [0]
    assert "callbacks.faulty raised in on_trial_end" in caplog.text


def test_parameters_are_written_to_the_trial_directory(make_study: MakeStudy) -> None:
    """trials/0000/params.yaml holds the suggestion."""
    study = make_study()
    study.ask()
    assert yaml.safe_load((study.paths.trial(0) / "params.yaml").read_text()) == {"x": 0.0}


def test_the_summary_counts_and_measures(make_study: MakeStudy) -> None:
    """summary.json has the counts, the best and the utilisation of the slots from first start to last end."""
    study = make_study(num_trials=3, slots=2)
    study.begin()
    for outcome in (completed(1.0), completed(3.0), Outcome(Status.FAILED, reason="x")):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, outcome)
    study.end()
    summary = json.loads(study.paths.summary.read_text())
    assert summary["counts"] == {"completed": 2, "failed": 1}
    assert (summary["best_value"], summary["best_index"], summary["best_parameters"]) == (1.0, 0, {"x": 0.0})
    assert (summary["wall_s"], summary["busy_s"], summary["utilisation"]) == (4.0, 4.0, 0.5)
    assert (summary["study"], summary["num_trials"], summary["slots"], summary["seed"]) == ("demo", 3, 2, 3)


def test_the_best_is_written_as_a_command(make_study: MakeStudy) -> None:
    """best.yaml begins with the command that runs the best parameters again."""
    study = make_study()
    study.ask()
    study.tell(0, completed(1.0))
    study.end()
    first_line = study.paths.best.read_text().splitlines()[0]
    assert first_line == "# python -m hpo task=demo study=demo-best num_trials=1 'optimizer.first=[{x: 0.0}]'"


def test_trial_seeds_differ_by_index_and_repeat(make_study: MakeStudy) -> None:
    """The same study seed and index give the same trial seed, another index another one."""
    plan = make_study().plan
    assert plan.trial_seed(1) == plan.trial_seed(1) != plan.trial_seed(2)
