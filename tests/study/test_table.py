import csv
import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from hpo.objective import build_objective
from hpo.space import build_space
from hpo.study import Outcome, Plan, Results, Status, Study, StudyPaths, Trial
from hpo.study.ledger import Ledger
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


def test_pandas_reads_it_as_it_is(tmp_path: Path) -> None:
    """Each column has its type; what a trial does not have is a missing value."""
    space = build_space(
        {
            "rate": {"type": "range", "bounds": [1e-4, 1.0], "log": True},
            "layers": {"type": "range", "bounds": [1, 8], "value_type": "int"},
            "bias": {"type": "choice", "values": [True, False]},
            "act": {"type": "choice", "values": ["tanh", "relu, leaky"]},
        }
    )
    point: dict[str, bool | float | str] = {"rate": 1e-3, "layers": 4, "bias": True, "act": "relu, leaky"}
    trials = {
        0: Trial(0, point, completed(0.5, size=3.0)),
        1: Trial(1, {**point, "bias": False}, Outcome(Status.FAILED, reason='ValueError: "no", said it')),
        2: Trial(2, point, Outcome(Status.INVALID, {"loss": math.nan}, reason="loss is nan")),
        3: Trial(3, point),
    }
    paths = StudyPaths(tmp_path)
    write_table(Results(Plan("demo", 4, 1, seed=0), space, build_objective("loss"), Ledger(trials)), paths)
    table = pd.read_csv(paths.table)
    assert {name: kind.name for name, kind in table.dtypes.items() if kind.name not in {"object", "str"}} == {
        "trial_index": "int64",
        "rate": "float64",
        "layers": "int64",
        "bias": "bool",
        "loss": "float64",
        "size": "float64",
        "seconds": "float64",
    }
    assert table["act"].tolist() == ["relu, leaky"] * 4
    assert table["bias"].tolist() == [True, False, True, True]
    assert table["loss"].isna().tolist() == [False, True, True, True]
    assert table["reason"].isna().tolist() == [True, False, False, True]
    assert table["reason"][1] == 'ValueError: "no", said it'
