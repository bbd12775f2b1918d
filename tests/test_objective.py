"""What is sought: metric, direction, constraints."""

import math

import pytest

from hpo.errors import InputError
from hpo.objective import Objective, build_objective


def test_a_lower_value_is_better_when_minimizing() -> None:
    """Minimising, the lower of two values is better, and of equal ones neither."""
    objective = build_objective("loss")
    assert (objective.better(1.0, 2.0), objective.better(2.0, 1.0), objective.better(1.0, 1.0)) == (
        True,
        False,
        False,
    )


def test_a_higher_value_is_better_when_maximizing() -> None:
    """Maximising, the higher of two values is better."""
    assert build_objective("score", "maximize").better(2.0, 1.0)


@pytest.mark.parametrize(("typed", "is_minimized"), [("minimise", True), ("maximise", False), ("maximize", False)])
def test_both_spellings_of_the_direction_are_taken(typed: str, is_minimized: bool) -> None:
    """British and American spellings mean the same."""
    assert build_objective("loss", typed).is_minimized is is_minimized


def test_the_metric_may_be_an_expression() -> None:
    """The value of several metrics is what the expression says."""
    assert build_objective("rmse + 0.5*abs(bias)").value({"rmse": 1.0, "bias": -2.0}) == 2.0


def test_needed_metrics_are_those_of_objective_and_constraints() -> None:
    """Every metric that is needed is named once, those of the objective first."""
    assert build_objective("b/a", constraints=["c <= 1", "a >= 2"]).names == ("b", "a", "c")


@pytest.mark.parametrize(
    ("text", "op", "bound"),
    [
        ("mae <= 3", "<=", 3.0),
        ("mae >= 3.5", ">=", 3.5),
        ("2*mae <= 3", "<=", 1.5),
        ("3 >= mae", "<=", 3.0),
        ("-mae <= -3", ">=", 3.0),
        ("mae - 1 <= 2**2", "<=", 5.0),
        ("mae >= 0", ">=", 0.0),
    ],
)
def test_a_constraint_is_a_bound_on_one_metric(text: str, op: str, bound: float) -> None:
    """However it is typed, a constraint is a metric, a side and a number."""
    (constraint,) = build_objective("loss", constraints=[text]).constraints
    assert (constraint.metric, constraint.op, constraint.bound) == ("mae", op, bound)


@pytest.mark.parametrize(("mae", "is_feasible"), [(2.9, True), (3.0, True), (3.1, False), (math.nan, False)])
def test_feasible_outcomes_keep_to_all_constraints(mae: float, is_feasible: bool) -> None:
    """The bound belongs to what is feasible, NaN does not."""
    assert (
        build_objective("loss", constraints=["mae <= 3", "loss >= 0"]).feasible({"loss": 1.0, "mae": mae})
        is is_feasible
    )


def test_an_outcome_without_a_constrained_metric_is_not_feasible() -> None:
    """A constraint on a metric that is not there is not kept."""
    assert not build_objective("loss", constraints=["mae <= 3"]).feasible({"loss": 1.0})


def test_a_complete_finite_outcome_is_data() -> None:
    """Nothing is wrong with an outcome that has what is needed; other metrics may be anything."""
    assert build_objective("a/b", constraints=["c <= 1"]).screen({"a": 1, "b": 2, "c": 9, "d": math.nan}) is None


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        ({"a": 1.0}, "did not return b, c (it returned a)"),
        ({}, "it returned nothing"),
        ({"a": math.nan, "b": 1.0, "c": math.inf}, "a=nan, c=inf"),
        ({"a": 1.0, "b": 0.0, "c": 1.0}, "a/b is nan for a=1.0, b=0.0"),
        ({"a": 1e308, "b": 1e-10, "c": 1.0}, "a/b is inf"),
    ],
)
def test_what_is_no_data_has_a_reason(metrics: dict[str, float], reason: str) -> None:
    """A missing metric, NaN and infinity, in a metric or in the value, are told with their names."""
    assert reason in (build_objective("a/b", constraints=["c <= 1"]).screen(metrics) or "")


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("mae < 3", r"objective\.constraints\[0\]=mae < 3: .*Write <="),
        ("mae == 3", "it is an equality"),
        ("mae + rmse <= 3", "it has 2 metrics"),
        ("mae <= rmse", "it has 2 metrics"),
        ("1 <= 3", "it has no metrics"),
        ("mae**2 <= 3", "not linear"),
        ("beta <= 3", "the name beta means something else to Ax"),
        ("objective <= 3", "the name objective means something else to Ax"),
        (3, "not an inequality"),
    ],
)
def test_other_constraints_are_refused(constraint: str, message: str) -> None:
    """A constraint that is not a bound on one metric is refused under its key."""
    with pytest.raises(InputError, match=message):
        build_objective("loss", constraints=[constraint])


@pytest.mark.parametrize("constraints", ["mae <= 3", 3, {"mae": 3}])
def test_constraints_are_a_list(constraints: list[str]) -> None:
    """A single constraint outside a list is refused, not read letter by letter."""
    with pytest.raises(InputError, match="is no list"):
        build_objective("loss", constraints=constraints)


@pytest.mark.parametrize(
    ("metric", "message"), [("a b", "does not parse"), ("1 + 2", "names no metric"), (3, "no text")]
)
def test_a_metric_that_is_none_is_refused(metric: str, message: str) -> None:
    """What names no metric is refused under its key."""
    with pytest.raises(InputError, match=rf"objective\.metric={metric}.*{message}".replace("+", r"\+")):
        build_objective(metric)


def test_the_value_itself_is_checked_without_a_config() -> None:
    """An objective made in Python is checked like one from a config."""
    with pytest.raises(InputError, match="names no metric"):
        Objective("1")


def test_all_faults_are_reported_together() -> None:
    """Metric, direction and constraints are checked independently."""
    with pytest.raises(InputError) as caught:
        build_objective("a b", "minimum", ["a < 1", "b <= 1", "c == 1"])
    keys = [fault.what.split("=")[0] for fault in caught.value.faults]
    assert keys == [
        "objective.metric",
        "objective.direction",
        "objective.constraints[0]",
        "objective.constraints[2]",
    ]


def test_metrics_that_the_task_does_not_return_are_faults() -> None:
    """A metric unknown to the task is a fault under the key that uses it, with the one that was meant."""
    objective = build_objective("rmse", constraints=["mea <= 3"])
    (fault,) = objective.check_against(frozenset({"rmse", "mae"}), "qm7")
    assert str(fault) == (
        "objective.constraints[0]=mea <= 3: mea is not a metric of task 'qm7' (it returns mae, rmse). Did you mean mae?"
    )


def test_a_task_that_declares_no_metrics_is_not_checked() -> None:
    """Where the metrics are known only after a trial, there is nothing to compare with."""
    assert build_objective("rmse").check_against(None, "mine") == []


def test_the_digest_does_not_depend_on_spelling() -> None:
    """Spaces, British spelling and the order of the constraints do not make another objective."""
    one = build_objective("a+b", "maximise", ["2*c <= 2", "d >= 1"])
    other = build_objective("a + b", "maximize", ["1 <= d", "c <= 1"])
    assert one.digest == other.digest


@pytest.mark.parametrize("other", [("a", "maximize"), ("b",), ("a", "minimize", ["c <= 1"])])
def test_the_digest_tells_objectives_apart(other: tuple[str, ...]) -> None:
    """Another metric, direction or constraint is another objective."""
    assert build_objective(*other).digest != build_objective("a").digest
