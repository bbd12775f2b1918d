"""Linear constraints, and whether they leave anything to search."""

import random

import pytest

from hpo.errors import InputError
from hpo.space import LinearConstraint, SearchSpace, build_space


def unit_space(*constraints: str, **more: object) -> SearchSpace:
    """Return a space of a and b in [0, 1], and what else is given."""
    unit = {"type": "range", "bounds": [0.0, 1.0]}
    return build_space({"a": unit, "b": unit, **more}, constraints)  # type: ignore[dict-item]


def test_a_constraint_holds_up_to_rounding() -> None:
    """On its edge a constraint holds; beyond the tolerance it does not."""
    constraint = LinearConstraint("a <= 2*b", {"a": 1.0, "b": -2.0}, 0.0)
    sides = [{"a": 1.0, "b": 0.5}, {"a": 1.0 + 1e-9, "b": 0.5}, {"a": 1.001, "b": 0.5}]
    assert [constraint.holds(side) for side in sides] == [True, True, False]


@pytest.mark.parametrize(
    "text", ["b >= 0.5*a - 1", "a - 2*b <= 2", "-2*b + a <= 1 + 1", "a/2 - 1 <= b", "a <= 2*b + 2"]
)
def test_the_canonical_text_has_fixed_form(text: str) -> None:
    """Sums, signs and sides are moved to one form: weights on the left, in order of the names."""
    (constraint,) = unit_space(text).constraints
    scale = constraint.coefficients["a"]
    assert constraint.canonical_text == f"{scale}*a + {-2 * scale}*b <= {2 * scale}"


def test_there_is_no_negative_zero() -> None:
    """A bound of zero has one spelling."""
    (constraint,) = unit_space("a <= b").constraints
    assert constraint.canonical_text == "1.0*a + -1.0*b <= 0.0"


def test_fixed_numbers_are_folded_into_the_bound() -> None:
    """A fixed parameter counts as its number, in sums and in products."""
    (constraint,) = unit_space("a <= k*b + k", k={"type": "fixed", "value": 2}).constraints
    assert constraint.canonical_text == "1.0*a + -2.0*b <= 2.0"


def test_a_choice_of_one_counts_as_fixed() -> None:
    """A choice that was narrowed to one value may stand in a constraint."""
    (constraint,) = unit_space("a <= k*b", k={"type": "choice", "values": [2]}).constraints
    assert constraint.coefficients["b"] == -2.0


def test_a_constraint_on_fixed_numbers_that_holds_is_dropped() -> None:
    """What fixed parameters satisfy need not be searched for."""
    assert unit_space("k <= 3", k={"type": "fixed", "value": 2}).constraints == ()


def test_a_constraint_that_always_holds_is_kept() -> None:
    """Bounds may be widened later, so a constraint without an effect stays."""
    assert len(unit_space("a + b <= 100").constraints) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a <= c",
            r"space\.constraints\[0\]=a <= c: c is not a parameter .* has a, b, .*Add space\.parameters\.c",
        ),
        ("a <= bb", "Did you mean b"),
        ("a <= a*b", r"a\*b is a product of two parameters"),
        ("a + b", "not an inequality"),
        ("a < b", "Write <="),
        ("a == b", "it is an equality"),
        ("a <= log_one", r"on a log scale .* space\.parameters\.log_one\.log=false"),
        ("a <= stepped", r"has steps .* Remove space\.parameters\.stepped\.step"),
        ("a <= chosen", "is a choice"),
        ("a <= text", "is fixed at x, no number"),
        ("a <= beta", "beta means something else to SymPy"),
        ("1 <= 2", "names no parameter"),
        ("k <= 1", "at the fixed values it never holds"),
        ("a - a >= 1 + k", "never holds"),
        (3, "is no text"),
    ],
)
def test_what_ax_cannot_constrain_is_refused(text: str, message: str) -> None:
    """A constraint that Ax refuses, or would not keep to, is refused under its key."""
    unit = {"type": "range", "bounds": [0.1, 1.0]}
    more = {
        "log_one": {**unit, "log": True},
        "stepped": {**unit, "step": 0.1},
        "chosen": {"type": "choice", "values": [1, 2]},
        "text": {"type": "fixed", "value": "x"},
        "k": {"type": "fixed", "value": 2},
        "beta": unit,
    }
    with pytest.raises(InputError, match=message):
        unit_space(text, **more)


@pytest.mark.parametrize(
    "constraints",
    [
        ["a + b >= 2.1"],
        ["a <= b - 0.6", "b <= a - 0.6"],
        ["2*i + 2*j <= 3.5", "2*i + 2*j >= 2.5"],
        ["1e6*a >= 1.1e6"],
    ],
)
def test_a_space_without_a_point_is_refused(constraints: list[str]) -> None:
    """Bounds and constraints that contradict each other are refused, also among whole numbers only."""
    digit = {"type": "range", "bounds": [0, 9]}
    with pytest.raises(InputError, match="leave no point"):
        unit_space(*constraints, i=digit, j=digit)


@pytest.mark.parametrize("constraints", [["a <= b", "b <= a"], ["a + b <= 0"], ["i + j <= 7", "i + j >= 7"]])
def test_a_space_without_room_is_refused(constraints: list[str]) -> None:
    """An equality in disguise, or a corner, leaves Ax nothing to sample from."""
    digit = {"type": "range", "bounds": [0, 9]}
    with pytest.raises(InputError, match="leave no room"):
        unit_space(*constraints, i=digit, j=digit)


def test_only_the_constraints_in_conflict_are_named() -> None:
    """A constraint that has no part in the contradiction is not blamed."""
    with pytest.raises(InputError) as caught:
        unit_space("a <= 0.9", "b >= a + 0.8", "b <= 0.7")
    assert "'b >= a + 0.8' and 'b <= 0.7' leave no point" in str(caught.value)
    assert "a <= 0.9" not in str(caught.value)


@pytest.mark.parametrize("constraint", ["1e-5*big <= a", "a <= b + 1e-6", "0.001*big <= 0.01", "i <= 0.5"])
def test_narrow_but_real_room_is_enough(constraint: str) -> None:
    """Badly scaled weights and thin slices are still spaces."""
    space = unit_space(constraint, big={"type": "range", "bounds": [0.0, 1e6]}, i={"type": "range", "bounds": [0, 3]})
    assert len(space.constraints) == 1


def test_constraints_that_a_point_satisfies_are_never_refused() -> None:
    """Random constraints through a ball around a random point leave that point."""
    rng = random.Random(1)
    for _ in range(30):
        point = {"a": rng.uniform(0.2, 0.8), "b": rng.uniform(0.2, 0.8)}
        texts = []
        for _ in range(rng.randint(1, 4)):
            p, q = rng.uniform(-1, 1), rng.uniform(-1, 1)
            texts.append(f"{p!r}*a + {q!r}*b <= {p * point['a'] + q * point['b'] + 0.1!r}")
        assert unit_space(*texts).contains(point)
