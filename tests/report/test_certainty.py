from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from hpo.report.certainty import as_good
from hpo.report.contour import contour
from hpo.space import Range, build_space
from hpo.study import Results
from hpo.study.ledger import Ledger
from hpo.study.trial import Outcome, Status, Trial
from tests.scripted import MakeStudy

SPACE: dict[str, dict[str, object]] = {
    "x": {"type": "range", "bounds": [0.0, 31.0]},
    "n": {"type": "range", "bounds": [1, 5]},
    "c": {"type": "choice", "values": ["a", "b", "d"]},
}
BEST: dict[str, float | int | str] = {"x": 10.0, "n": 3, "c": "a"}


def bowl(points: Sequence[Mapping[str, float | int | str]]) -> list[tuple[float, float]]:
    """Return a predicted bowl around the best point, with a standard deviation of 4."""
    worse = {"a": 0.0, "b": 7.0, "d": 9.0}
    return [(abs(float(p["x"]) - 10) + 5 * abs(float(p["n"]) - 3) + worse[str(p["c"])], 4.0) for p in points]


@pytest.fixture
def results(make_study: MakeStudy) -> Results:
    study = make_study()
    trial = Trial(0, BEST, Outcome(Status.COMPLETED, {"loss": 0.0}))
    return Results(study.plan, build_space(SPACE, ["x + n <= 15"]), study.objective, Ledger(trials={0: trial}))


def test_values_that_the_model_cannot_tell_apart_are_as_good(results: Results) -> None:
    """Predicted within twice the standard deviation, one parameter at a time, and within the constraints."""
    assert as_good(results, bowl) == {"x": "2 to 12", "n": "2 to 4", "c": "a, b"}


def test_where_more_is_better_the_order_turns(results: Results) -> None:
    """With a maximised objective the best of a bowl is as good as all that is above it."""
    upwards = Results(results.plan, results.space, replace(results.objective, direction="maximize"), results.ledger)
    assert as_good(upwards, bowl)["c"] == "a, b, d"


def test_the_best_value_is_within_what_is_said_to_be_as_good(make_study: MakeStudy) -> None:
    """Ends are rounded outwards."""
    study = make_study()
    trial = Trial(0, {"x": 12.4291}, Outcome(Status.COMPLETED, {"loss": 0.0}))
    space = build_space({"x": {"type": "range", "bounds": [0.0, 31.0]}})
    results = Results(study.plan, space, study.objective, Ledger(trials={0: trial}))
    assert as_good(results, lambda points: [(12.4291 - float(p["x"]), 0.9) for p in points])["x"].startswith("11 to ")
    assert as_good(results, lambda points: [(abs(float(p["x"]) - 12.4291), 0.25) for p in points])["x"] == "12 to 12.5"


def test_the_surface_has_holes_where_a_constraint_is_violated(results: Results) -> None:
    """Elsewhere it is what the model predicts, all else as in the best trial."""
    x, n = results.space.parameters[:2]
    assert isinstance(x, Range)
    assert isinstance(n, Range)
    ((caption, figure),) = contour(results, Trial(0, BEST), x, n, bowl).items()
    surface = figure["data"][0]
    assert caption == "Predicted objective over x and n"
    assert surface["y"] == [1, 2, 3, 4, 5]
    assert (surface["z"][2][0], surface["z"][2][-1]) == (10.0, None)
