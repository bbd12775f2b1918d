import csv
from collections.abc import Mapping

from hpo.study import Outcome, Status, Study
from hpo.study.table import write_table
from tests.scripted import MakeStudy, completed


def rows(study: Study) -> list[Mapping[str, str]]:
    write_table(study, study.paths)
    with study.paths.table.open(newline="") as file:
        return list(csv.DictReader(file))


def run(study: Study, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, outcome)


def test_the_table_is_best_first(make_study: MakeStudy) -> None:
    """Feasible trials come by value, then infeasible ones, then those without data."""
    study = make_study(constraints=("size <= 5",), num_trials=9)
    run(
        study,
        Outcome(Status.FAILED, reason="ValueError: no"),
        completed(0.5, size=9.0),
        completed(2.0, size=1.0),
        completed(1.0, size=1.0),
    )
    assert [row["trial_index"] for row in rows(study)] == ["3", "2", "1", "0"]


def test_columns_are_the_parameters_and_metrics_under_their_own_names(make_study: MakeStudy) -> None:
    """The columns are index, status, parameters, metrics, seconds and reason."""
    study = make_study()
    run(study, completed(1.0, size=2.0))
    assert list(rows(study)[0]) == ["trial_index", "status", "x", "loss", "size", "seconds", "reason"]


def test_an_expression_has_a_column_of_its_own(make_study: MakeStudy) -> None:
    """An objective made of several metrics is a column named objective."""
    study = make_study(metric="loss + size")
    run(study, completed(1.0, size=2.0))
    assert rows(study)[0]["objective"] == "3.0"


def test_a_running_trial_has_a_row(make_study: MakeStudy) -> None:
    """A trial without outcome is shown as running."""
    study = make_study()
    study.ask()
    assert rows(study)[0]["status"] == "running"
