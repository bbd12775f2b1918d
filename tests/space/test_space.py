"""The search space as a whole."""

import math

import pytest

from hpo.errors import InputError
from hpo.space import Choice, Fixed, LinearConstraint, Range, SearchSpace, build_space

SPACE = SearchSpace(
    (
        Range("x", 0.0, 1.0, "float"),
        Range("n", 1, 8, "int"),
        Choice("kind", ("relu", "tanh"), "str", ordered=False),
        Fixed("depth", 2),
    ),
    (LinearConstraint("n <= 8*x", {"n": 1.0, "x": -8.0}, 0.0),),
)
POINT = {"x": 0.5, "n": 3, "kind": "relu", "depth": 2}


def test_parameters_keep_their_order() -> None:
    """Names come in the order of the config."""
    assert SPACE.names == ("x", "n", "kind", "depth")


def test_a_parameter_is_found_by_name() -> None:
    """A parameter can be asked for by its name."""
    assert SPACE.parameter("n") == Range("n", 1, 8, "int")


def test_a_point_of_the_space_has_no_faults() -> None:
    """What satisfies everything is contained."""
    assert SPACE.contains(POINT)


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"x": 2.0}, ["x=2.0 is not in the space (it takes float values from 0.0 to 1.0). Set x=1.0."]),
        ({"kind": "selu"}, ["kind=selu is not in the space (it takes one of relu, tanh). Change kind."]),
        ({"depth": 3}, ["depth=3 is not in the space (it is fixed at 2). Change depth."]),
        ({"knd": 1}, ["knd is not a parameter of the space (it has x, n, kind, depth). Did you mean kind?"]),
        ({"n": 8}, ["n=8, x=0.5 violates a constraint (n <= 8*x). Change one of them."]),
    ],
)
def test_each_fault_of_a_point_is_told(change: dict[str, object], faults: list[str]) -> None:
    """What is unknown, outside or against a constraint is told with what is allowed."""
    assert [str(fault) for fault in SPACE.check_parameters({**POINT, **change})] == faults


def test_a_missing_parameter_is_told() -> None:
    """A point without all parameters is none."""
    faults = SPACE.check_parameters({name: POINT[name] for name in ("x", "n", "depth")})
    assert [str(fault) for fault in faults] == ["kind is missing (it takes one of relu, tanh). Add kind."]


def test_all_faults_of_a_point_are_told_together() -> None:
    """Independent faults come in one list."""
    assert len(SPACE.check_parameters({"x": "a", "n": 0.5, "other": 1})) == 5


def test_fixed_parameters_are_added() -> None:
    """Fixed values fill in, in the space's order; a given one and an unknown one stay for the check."""
    completed = SPACE.with_fixed({"kind": "relu", "other": 0, "x": 0.5})
    assert list(completed.items()) == [("x", 0.5), ("kind", "relu"), ("depth", 2), ("other", 0)]


@pytest.mark.parametrize(("parameters", "n_points"), [(SPACE.parameters, math.inf), (SPACE.parameters[1:], 16)])
def test_points_are_counted(parameters: tuple[Range | Choice | Fixed, ...], n_points: float) -> None:
    """A space of ints and choices is finite, one with a continuous range is not."""
    assert SearchSpace(parameters).n_points == n_points


def test_the_plain_form_builds_the_same_space() -> None:
    """What a space says of itself is a config for it."""
    assert build_space(**SPACE.to_json()).digest == SPACE.digest  # type: ignore[arg-type]


def test_the_digest_does_not_depend_on_order() -> None:
    """Parameters and constraints in another order are the same space."""
    assert SearchSpace(SPACE.parameters[::-1], SPACE.constraints).digest == SPACE.digest


@pytest.mark.parametrize(
    "other",
    [
        SearchSpace(SPACE.parameters),
        SearchSpace(SPACE.parameters[:3], SPACE.constraints),
        SearchSpace((*SPACE.parameters[:3], Fixed("depth", 3)), SPACE.constraints),
        SearchSpace((*SPACE.parameters[:3], Fixed("depth", 2.0)), SPACE.constraints),
        SearchSpace((Range("x", 0.0, 1.1, "float"), *SPACE.parameters[1:]), SPACE.constraints),
    ],
)
def test_the_digest_tells_spaces_apart(other: SearchSpace) -> None:
    """Another bound, type, value or constraint is another space."""
    assert other.digest != SPACE.digest


def test_the_digest_stays_what_it_is() -> None:
    """Studies on disk are compared by it, so it does not change between versions."""
    space = SearchSpace((Range("x", 0.0, 1.0, "float"),))
    assert space.digest == "550cc0ebdff17d3a47b691696b87d04aba9d14cde0823bb4f3da4138525fad9a"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ((), "nothing to tune"),
        ((Fixed("a", 1), Fixed("b", 2)), "all fixed: a, b"),
        ((Range("a", 0, 1, "float"), Fixed("a", 2)), r"space\.parameters\.a is there twice"),
    ],
)
def test_a_space_without_a_question_is_refused(parameters: tuple[Range | Fixed, ...], message: str) -> None:
    """At least one parameter varies, and names differ."""
    with pytest.raises(InputError, match=message):
        SearchSpace(parameters)
