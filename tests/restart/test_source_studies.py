"""Which trials of a study a warm start takes, and what it says of the others."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.objective import build_objective
from hpo.restart.sources import Import, Misfit, read_sources
from hpo.space import build_space
from hpo.study import Status, StudyPaths
from tests.restart.sources import (
    LOSS,
    ONLY_X,
    POINT,
    SPACE,
    Ended,
    X,
    done,
    failed,
    make_study,
    points,
    refused,
    study,
    taken,
)


def test_completed_trials_of_a_study_are_taken(tmp_path: Path) -> None:
    """What is completed comes with all its metrics and where it is from; what is not is told."""
    trials = [(POINT, done(loss=1.0, mae=2.0)), (POINT, failed()), (POINT, failed(Status.TIMEOUT)), (POINT, None)]
    study(tmp_path / "old", SPACE, trials)
    imports, misfits = read_sources(["old"], SPACE, LOSS, tmp_path)
    assert imports == [Import(POINT, {"loss": 1.0, "mae": 2.0}, "old trial 0")]
    assert misfits == [
        Misfit("old trial 1", "it is failed"),
        Misfit("old trial 2", "it is timeout"),
        Misfit("old trial 3", "it is running"),
    ]


def test_an_evaluation_is_not_lost_to_a_wrong_objective(tmp_path: Path) -> None:
    """What came to its end and was no data for the old objective is data where the new one needs what there is."""
    invalid = [replace(done(**metrics), status=Status.INVALID) for metrics in ({"mae": 2.0}, {"mae": math.nan}, {})]
    study(tmp_path / "old", ONLY_X, [({"x": float(i)}, outcome) for i, outcome in enumerate(invalid)])
    imports, misfits = read_sources(["old"], ONLY_X, build_objective("mae"), tmp_path)
    assert imports == [Import({"x": 0.0}, {"mae": 2.0}, "old trial 0")]
    assert [misfit.source for misfit in misfits] == ["old trial 1", "old trial 2"]
    with pytest.raises(InputError, match="the metric loss is missing"):
        read_sources(["old"], ONLY_X, LOSS, tmp_path)


def test_a_running_study_is_read(tmp_path: Path) -> None:
    """Another process may hold the study and be in the middle of a line."""
    history = make_study(tmp_path / "old", ONLY_X, points(1.0))
    with StudyPaths(tmp_path / "old").journal.open("a") as journal:
        journal.write('{"event":"sugg')
    assert taken(read_sources(["old"], ONLY_X, LOSS, tmp_path)) == ["old trial 0"]
    history.close()


def test_a_study_is_named_or_pointed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name below outputs, a path from the working directory and an absolute one all lead to a study."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("outputs/a", "elsewhere/b", "far/c")):
        study(tmp_path / name, ONLY_X, points(number))
    sources = ["a", "elsewhere/b", str(tmp_path / "far/c")]
    found = read_sources(sources, ONLY_X, LOSS, tmp_path / "outputs")
    assert taken(found) == ["a trial 0", "b trial 0", "c trial 0"]


def test_values_take_the_types_and_the_order_of_the_new_space(tmp_path: Path) -> None:
    """An int becomes a float where one is sought, a whole float an int, and fixed values are filled in."""
    old = build_space({"n": {"type": "range", "bounds": [0.0, 9.0]}, "x": {"type": "range", "bounds": [0, 9]}})
    new = build_space({"x": X, "n": {"type": "range", "bounds": [0, 9]}, "depth": {"type": "fixed", "value": "deep"}})
    study(tmp_path / "old", old, [({"n": 3.0, "x": 2}, done(loss=1.0))])
    ((one,), _) = read_sources(["old"], new, LOSS, tmp_path)
    typed = [(name, value, type(value)) for name, value in one.parameters.items()]
    assert typed == [("x", 2.0, float), ("n", 3, int), ("depth", "deep", str)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x": 20.0}, "x=20.0 is not in the space (it takes float values from 0.0 to 9.0)"),
        ({"n": 2.5}, "n=2.5 is not in the space (it takes int values from 1 to 8)"),
        ({"kind": "selu"}, "kind=selu is not in the space (it takes one of relu, tanh)"),
        ({"depth": 3}, "depth=3 is not in the space (it is fixed at 2)"),
        ({"lr": 0.1}, "lr is not a parameter of the space (it has x, n, kind, deep, depth)"),
        ({"n": 8}, "n=8, x=1.5 violates a constraint (n <= x + 3)"),
        (
            {"x": -1.0, "n": 0},
            (
                "x=-1.0 is not in the space (it takes float values from 0.0 to 9.0); "
                "n=0 is not in the space (it takes int values from 1 to 8)"
            ),
        ),
    ],
)
def test_what_is_no_point_of_the_space_is_refused(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    """Each reason has the value and what is allowed."""
    study(tmp_path / "old", SPACE, [(POINT, done(loss=1.0)), ({**POINT, **change}, done(loss=1.0))])
    assert refused(read_sources(["old"], SPACE, LOSS, tmp_path)) == {"old trial 1": reason}


def test_a_missing_parameter_is_refused(tmp_path: Path) -> None:
    """A free parameter that the source did not have cannot be made up."""
    study(tmp_path / "old", ONLY_X, points(1.0))
    space = build_space({"x": X, "y": X, "kind": {"type": "fixed", "value": "relu"}})
    with pytest.raises(InputError, match=r"1 of 1: y is missing \(it takes float values from 0\.0 to 9\.0\)"):
        read_sources(["old"], space, LOSS, tmp_path)


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        ({"mae": 1.0}, "the metric loss is missing (the objective needs it; the trial has mae)"),
        ({"loss": float("nan"), "mae": 1.0}, "loss=nan is not finite (the objective needs a finite number)"),
        ({"loss": 0.0, "mae": 0.0}, "not finite: mae / loss is nan for mae=0.0, loss=0.0"),
        ({"loss": 1.0, "mae": 1.0, "x": 3.0}, "a metric may not be called x: trials.csv has such a column"),
    ],
)
def test_metrics_that_are_no_data_are_refused(tmp_path: Path, metrics: dict[str, float], reason: str) -> None:
    """What the new objective could not be computed from is no data, whatever the source's objective was."""
    trials: list[Ended] = [({"x": 2.0}, done(**metrics)), ({"x": 3.0}, done(loss=1.0, mae=2.0))]
    study(tmp_path / "old", ONLY_X, trials, metric="mae")
    found = read_sources(["old"], ONLY_X, build_objective("mae / loss"), tmp_path)
    assert taken(found) == ["old trial 1"]
    assert refused(found) == {"old trial 0": reason}


def test_the_source_may_have_sought_something_else(tmp_path: Path) -> None:
    """The metrics count, not the direction or the metric that the source's study had."""
    trials: list[Ended] = [({"x": 1.0}, done(loss=1.0, accuracy=0.5))]
    study(tmp_path / "old", ONLY_X, trials, metric="accuracy", direction="maximize")
    ((one,), _) = read_sources(["old"], ONLY_X, LOSS, tmp_path)
    assert one.metrics == {"loss": 1.0, "accuracy": 0.5}


def test_a_metric_that_nobody_needs_is_left_out_if_it_is_no_number(tmp_path: Path) -> None:
    """A NaN beside the objective does not cost the trial, and what is taken is strict JSON."""
    study(tmp_path / "old", ONLY_X, [({"x": 1.0}, done(loss=1.0, extra=float("nan"), other=2.0))])
    ((one,), _) = read_sources(["old"], ONLY_X, LOSS, tmp_path)
    assert json.loads(json.dumps(dict(one.metrics), allow_nan=False)) == {"loss": 1.0, "other": 2.0}
