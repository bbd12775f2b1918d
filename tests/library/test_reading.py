import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import hpo
from hpo.library.frames import trials_frame
from hpo.objective import build_objective
from hpo.study import Outcome, Plan, Results, Status, Study, Trial
from hpo.study.ledger import Ledger
from hpo.task import ParameterValue, Report
from tests.scripted import completed

Asked = Callable[..., Study]

SPACE = hpo.build_space(
    {
        "rate": {"type": "range", "bounds": [0.0, 1.0]},
        "layers": {"type": "range", "bounds": [1, 4], "value_type": "int"},
        "wide": {"type": "choice", "values": [True, False]},
        "kind": {"type": "choice", "values": ["a", "b", "c"]},
    }
)
POINT: dict[str, ParameterValue] = {"rate": 0.5, "layers": 2, "wide": True, "kind": "b"}


def results_of(*outcomes: Outcome | None, metric: str = "loss") -> Results:
    trials = {index: Trial(index, POINT, outcome) for index, outcome in enumerate(outcomes)}
    return Results(Plan("demo", 9, 1, seed=0), SPACE, build_objective(metric), Ledger(trials=trials))


def test_columns_have_the_types_of_their_values() -> None:
    """Parameters have their own types, metrics and seconds are floats, status and reason strings."""
    frame = trials_frame(results_of(completed(0.25), Outcome(Status.FAILED, reason="no luck"), None))
    assert frame.dtypes.astype(str).to_dict() == {
        "status": "string",
        "rate": "float64",
        "layers": "int64",
        "wide": "bool",
        "kind": "string",
        "loss": "float64",
        "seconds": "float64",
        "reason": "string",
    }


def test_a_trial_without_data_has_gaps() -> None:
    """What a trial has not is NaN or <NA>, and its row stands at its index."""
    frame = trials_frame(results_of(completed(0.25), Outcome(Status.FAILED, reason="no luck"), None))
    assert frame.index.tolist() == [0, 1, 2]
    assert frame.status.tolist() == ["completed", "failed", "running"]
    assert frame.loss[0] == 0.25
    assert frame.loss.isna().tolist() == [False, True, True]
    assert frame.reason[1] == "no luck"
    assert math.isnan(frame.seconds[2])
    assert frame.reason.isna().tolist() == [True, False, True]


def test_an_expression_has_a_column() -> None:
    """Where the objective is an expression of metrics its value has a column, as in trials.csv."""
    frame = trials_frame(results_of(completed(0.25, size=3.0), metric="loss + size"))
    assert frame.objective.tolist() == [3.25]


def test_a_study_without_trials_is_an_empty_table() -> None:
    """The columns that every study has are there before the first trial."""
    frame = trials_frame(results_of())
    assert list(frame.columns) == ["status", "rate", "layers", "wide", "kind", "seconds", "reason"]
    assert len(frame) == 0


def test_a_running_study_is_read_without_disturbing_it(asked: Asked, tmp_path: Path) -> None:
    """Opened by name or by path while it runs, it is as its journal says, and its files stay as they are."""
    study = asked()
    study.begin()
    first, _ = study.ask(), study.ask()
    assert first is not None
    study.start(first.index)
    study.report(first.index, Report(1, {"loss": 2.0}))
    study.report(first.index, Report(2, {"loss": 1.0}))
    study.tell(first.index, completed(0.5))
    before = {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*")) if path.name != ".lock"}
    for seen in (hpo.open_study("demo"), hpo.open_study(tmp_path / "outputs" / "demo")):
        assert (seen.name, seen.state, seen.counts) == ("demo", "running", {"completed": 1, "running": 1})
        assert (seen.best_value, seen.best_parameters, seen.num_trials) == (0.5, {"x": 0.0}, 4)
        expected = pd.DataFrame({"trial_index": [0, 0], "step": [1, 2], "loss": [2.0, 1.0]})
        pd.testing.assert_frame_equal(seen.reports_frame(), expected)
    assert {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*")) if path.name != ".lock"} == before


def test_a_study_that_is_not_there_is_named_with_what_is(asked: Asked) -> None:
    """A typo in the name is answered with the study that was meant."""
    asked()
    with pytest.raises(hpo.InputError, match=r"demi does not exist .* outputs/demo"):
        hpo.open_study("demi")
