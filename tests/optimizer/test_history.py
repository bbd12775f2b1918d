import pytest

from hpo.optimizer import Bayes, Optimizer, Random, Sobol
from hpo.optimizer.sequence import N_AT_ONCE
from hpo.study.proposer import Past
from tests.optimizer.past import UNIT, drive, reopened, space_of

MIXED = space_of(
    a=UNIT,
    b={"type": "range", "bounds": [1, 9]},
    c={"type": "choice", "values": ["relu", "tanh"]},
    d={"type": "fixed", "value": 7},
    e={"type": "range", "bounds": [1.0e-4, 1.0e-1], "log": True},
)
CONSTRAINED = space_of(["b <= 0.5*a"], a=UNIT, b=UNIT)
SMALL = space_of(x={"type": "range", "bounds": [1, 4]}, y={"type": "choice", "values": ["p", "q", "r"]})
SPACES = {"mixed": MIXED, "constrained": CONSTRAINED, "small": SMALL}
GIVEN = Sobol(first=({"a": 0.25, "b": 2, "c": "relu", "e": 0.01}, {"a": 0.75, "b": 3, "c": "tanh", "e": 0.02}))


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("optimizer", [Sobol(), Random()], ids=lambda optimizer: type(optimizer).__name__)
@pytest.mark.parametrize("n_before", [1, 5])
def test_an_interrupted_study_is_proposed_what_an_uninterrupted_one_is(
    optimizer: Optimizer, name: str, n_before: int
) -> None:
    """The sequence goes on behind the history, whatever was made ahead and lost; failed trials are among it."""
    whole = drive(reopened(optimizer, SPACES[name]), [], 10)
    assert drive(reopened(optimizer, SPACES[name], whole[:n_before]), whole[:n_before], 10) == whole


@pytest.mark.parametrize("n_before", [1, 3, 7])
def test_an_interrupted_bayesian_study_is_proposed_what_an_uninterrupted_one_is(n_before: int) -> None:
    """Centre, initial points and the model go on alike, interrupted in any of them."""
    whole = drive(reopened(Bayes(n_initial=5), MIXED), [], 9)
    assert drive(reopened(Bayes(n_initial=5), MIXED, whole[:n_before]), whole[:n_before], 9) == whole


def test_a_sequence_goes_on_behind_several_draws() -> None:
    """More trials than Ax draws at once are passed over too, and none comes twice."""
    n_before = 2 * N_AT_ONCE + 5
    whole = drive(reopened(Sobol(), CONSTRAINED), [], n_before + 3)
    assert drive(reopened(Sobol(), CONSTRAINED, whole[:n_before]), whole[:n_before], n_before + 3) == whole
    assert len({tuple(past.parameters.values()) for past in whole}) == len(whole)


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", [Sobol(), Random()], ids=lambda optimizer: type(optimizer).__name__)
def test_tight_constraints_leave_points_that_are_new(optimizer: Optimizer) -> None:
    """In a 240 000th of the cube there is no sequence to go on with, but the points stay distinct and inside."""
    space = space_of(["a + b + c + d <= 0.1"], a=UNIT, b=UNIT, c=UNIT, d=UNIT)
    before = drive(reopened(optimizer, space), [], 11)
    points = [past.parameters for past in drive(reopened(optimizer, space, before), list(before), 15)]
    assert len({tuple(point.values()) for point in points}) == 15
    assert all(space.contains(point) for point in points)


def test_suggestions_that_were_only_made_ahead_come_again() -> None:
    """What was prepared and never asked for is no trial: the next session begins with it."""
    source = reopened(Sobol(), CONSTRAINED)
    source.prepare(n_left=8)
    asked = drive(source, [], 1)
    source.prepare(n_left=7)
    ahead = drive(source, list(asked), 2)
    assert drive(reopened(Sobol(), CONSTRAINED, asked), list(asked), 2) == ahead


@pytest.mark.parametrize("n_before", [0, 1, 2, 3])
def test_given_points_are_tried_once(n_before: int) -> None:
    """Those of optimizer.first in the history are not tried again; the others come first, and cost no Sobol point."""
    whole = drive(reopened(GIVEN, MIXED), [], 5)
    assert [past.parameters["a"] for past in whole[:2]] == [0.25, 0.75]
    assert drive(reopened(GIVEN, MIXED, whole[:n_before]), whole[:n_before], 5) == whole
    sobol_only = drive(reopened(Sobol(), MIXED), [], 3)
    assert [past.parameters for past in whole[2:]] == [past.parameters for past in sobol_only]


def test_given_points_are_tried_after_imported_trials() -> None:
    """The first trials of a warm start are others: those of optimizer.first still come next."""
    imported = Past(0, {"a": 0.5, "b": 5, "c": "relu", "d": 7, "e": 0.001}, {"objective": 1.0})
    source = reopened(GIVEN, MIXED, [imported])
    (suggestion,) = source.make(1, n_left=2)
    assert (suggestion.index, suggestion.parameters) == (1, {"a": 0.25, "b": 2, "c": "relu", "d": 7, "e": 0.01})


@pytest.mark.parametrize("optimizer", [Sobol(), Random(), Bayes(n_initial=4)], ids=lambda o: type(o).__name__)
def test_a_failed_trial_is_not_proposed_again_by_a_later_session(optimizer: Optimizer) -> None:
    """In a space of six points, two failed and one pending leave three, and then none."""
    space = space_of(x={"type": "range", "bounds": [1, 3]}, y={"type": "choice", "values": [0, 1]})
    points = [{"x": x, "y": y} for x in (1, 2, 3) for y in (0, 1)]
    history = [Past(0, points[0]), Past(1, points[3]), Past(2, points[5], is_unfinished=True)]
    found = drive(reopened(optimizer, space, history), list(history), 9, fails=False)[3:]
    assert sorted(str(past.parameters) for past in found) == sorted(map(str, (points[1], points[2], points[4])))


@pytest.mark.parametrize(("n_data", "is_model"), [(4, True), (3, False)])
def test_the_model_is_used_once_the_history_has_the_initial_points(n_data: int, is_model: bool) -> None:
    """With n_initial trials that are data the model is used at once; with one less there is a Sobol point first."""
    points = (0.05, 0.35, 0.65, 0.95)
    history = [Past(i, {"x": x}, {"objective": (x - 0.3) ** 2}) for i, x in enumerate(points[:n_data])]
    source = reopened(Bayes(n_initial=4), space_of(x=UNIT), history)
    first, second = source.suggest(n_left=2), source.suggest(n_left=1)
    assert first is not None
    assert second is not None
    blind = reopened(Bayes(n_initial=9), space_of(x=UNIT), history).suggest(n_left=1)
    assert blind is not None
    assert (first.parameters != blind.parameters) is is_model
    assert abs(float((first if is_model else second).parameters["x"]) - 0.3) < 0.2


def test_a_trial_that_runs_again_is_completed_under_its_index() -> None:
    """An unfinished trial of the history takes its data in the new session; the next suggestion has the next index."""
    space = space_of(x=UNIT)
    history = [Past(0, {"x": 0.1}, {"objective": 1.0}), Past(1, {"x": 0.9}, is_unfinished=True)]
    source = reopened(Sobol(), space, history)
    source.complete(1, {"objective": 2.0})
    following = source.suggest(n_left=1)
    assert following is not None
    assert following.index == 2
    assert following.parameters == drive(reopened(Sobol(), space), [], 1)[0].parameters
