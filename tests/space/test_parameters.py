"""Ranges, choices and fixed values."""

import math
import random
from collections.abc import Callable

import numpy as np
import pytest

from hpo.errors import InputError
from hpo.space import Choice, Fixed, Range


@pytest.mark.parametrize("value", [0.1, 0.5, 1, 1.0, np.float64(0.3), 1.0 + 1e-12, 0.1 - 1e-12])
def test_a_range_contains_what_lies_between_its_bounds(value: float) -> None:
    """The bounds belong to the range, and rounding errors do not leave it."""
    assert Range("x", 0.1, 1.0, "float").contains(value)


@pytest.mark.parametrize("value", [0.09, 1.1, math.nan, math.inf, "0.5", True, None, 10**400])
def test_a_range_contains_nothing_else(value: object) -> None:
    """Numbers outside, NaN, text and truth values are not in a range."""
    assert not Range("x", 0.1, 1.0, "float").contains(value)


@pytest.mark.parametrize(("value", "is_in"), [(3, True), (3.0, True), (np.int64(3), True), (3.5, False), (11, False)])
def test_an_int_range_contains_whole_numbers(value: float, is_in: bool) -> None:
    """A whole number belongs to an int range whatever its type, a fraction does not."""
    assert Range("n", 1, 10, "int").contains(value) is is_in


@pytest.mark.parametrize(("value", "is_in"), [(1e-8, True), (1e-8 * (1 + 1e-10), True), (0.9e-8, False)])
def test_rounding_is_relative_on_a_log_scale(value: float, is_in: bool) -> None:
    """The upper bound of a log range does not blur its lower one."""
    assert Range("lr", 1e-8, 1.0, "float", log=True).contains(value) is is_in


def test_a_stepped_range_contains_its_grid_only() -> None:
    """Every multiple of the step is in the range, what lies between is not."""
    stepped = Range("x", 0.0, 1.0, "float", step=0.1)
    assert all(stepped.contains(k * 0.1) and not stepped.contains(k * 0.1 + 0.05) for k in range(11))


@pytest.mark.parametrize(
    ("stepped", "grid"),
    [
        (Range("x", 1.0, 1.3, "float", step=0.1), (1.0, 1.1, 1.2, 1.3)),
        (Range("x", 1, 10, "int", step=3), (1, 4, 7, 10)),
        (Range("x", 2, 4, "int"), (2, 3, 4)),
        (Range("x", 0.0, 1.0, "float"), None),
    ],
)
def test_the_grid_is_what_was_typed(stepped: Range, grid: tuple[float, ...] | None) -> None:
    """Grid points carry no rounding errors and end at the upper bound."""
    assert stepped.grid == grid


@pytest.mark.parametrize(("value", "expected"), [(0.0, 1.0), (2.6, 2.5), (99.0, 4.0)])
def test_the_nearest_value_is_allowed(value: float, expected: float) -> None:
    """What lies outside or between steps has a neighbour inside."""
    assert Range("x", 1.0, 4.0, "float", step=0.5).nearest(value) == expected


def test_values_are_cast_to_plain_python() -> None:
    """NumPy scalars and whole floats become what the task expects."""
    cast = [
        Range("x", 0, 1, "float").cast(np.float32(0.5)),
        Range("n", 0, 9, "int").cast(3.0),
        Choice("c", ("a", "b"), "str", ordered=False).cast(np.str_("a")),
        Fixed("f", True).cast(np.bool_(True)),
    ]
    assert [(type(value), value) for value in cast] == [(float, 0.5), (int, 3), (str, "a"), (bool, True)]


def test_casting_loses_nothing() -> None:
    """A fraction is not cut to an int."""
    with pytest.raises(ValueError, match=r"3\.5 is no int"):
        Range("n", 0, 9, "int").cast(3.5)


def test_a_choice_contains_its_values() -> None:
    """Each value is in the choice, also as an equal number of another type."""
    choice = Choice("c", (1, 2, 4), "int", ordered=True)
    assert [choice.contains(v) for v in (1, 4.0, np.int64(2), 3, "1", True)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_fixed_parameter_contains_its_value_only() -> None:
    """Only the value itself is allowed."""
    assert [Fixed("f", 0.1).contains(v) for v in (0.1, 0.1 + 1e-12, 0.2, "0.1")] == [True, True, False, False]


def test_equal_ranges_are_equal_however_typed() -> None:
    """Whole bounds of a float range do not make another range."""
    assert Range("x", 0, 1, "float").to_json() == Range("x", 0.0, 1.0, "float").to_json()


def test_random_ranges_contain_their_points() -> None:
    """Any point between the bounds of any range is contained, any point beyond them is not."""
    rng = random.Random(0)
    for _ in range(200):
        lower = rng.uniform(-100, 100)
        width = 10 ** rng.uniform(-3, 3)
        parameter = Range("x", lower, lower + width, "float")
        share = rng.random()
        assert parameter.contains(lower + share * width)
        assert not parameter.contains(lower - (share + 0.01) * width)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Range("x", 1.0, 0.1, "float"),
            r"space\.parameters\.x\.bounds=\[1\.0, 0\.1\] is the wrong way round",
        ),
        (lambda: Range("x", 1.0, 1.0, "float"), "leaves one value"),
        (lambda: Range("x", 0.0, math.nan, "float"), "is not finite"),
        (lambda: Range("x", 0.0, math.inf, "float"), "is not finite"),
        (lambda: Range("x", 1e-7, 1e-5, "float", log=True), "too narrow"),
        (lambda: Range("x", 0.5, 3, "int"), r"bounds an int by fractions .*\[1, 3\]"),
        (lambda: Range("x", 0.0, 1.0, "float", log=True), "has no logarithm"),
        (lambda: Range("x", 1.0, 2.0, "float", log=True, step=0.5), "does not go with log"),
        (lambda: Range("x", 0.0, 1.0, "float", step=0.3), r"does not divide .*=\[0\.0, 0\.9\]"),
        (lambda: Range("x", 0.0, 1.0, "float", step=2.0), "does not divide .* Remove"),
        (lambda: Range("x", 0.0, 1.0, "float", step=0.0), "is no distance"),
        (lambda: Range("x", 0.0, 1.0, "float", step=math.nan), "is no distance"),
        (lambda: Range("x", 0, 10, "int", step=2.5), "leads off the whole numbers"),
        (lambda: Range("x", 0.0, 1.0, "float", step=1e-4), "makes 10001 values"),
        (lambda: Choice("x", (), "int", ordered=True), "is empty"),
        (lambda: Choice("x", (1,), "int", ordered=True), "leaves one value"),
        (lambda: Choice("x", (1, 2, 1), "int", ordered=True), r"has 1 twice .*=\[1, 2\]"),
        (lambda: Choice("x", (1.0, math.nan), "float", ordered=True), "has nan"),
        (lambda: Choice("x", (1, "a"), "int", ordered=True), "has 'a'"),
        (lambda: Choice("x", tuple(range(1001)), "int", ordered=True), "has 1001 values"),
        (lambda: Fixed("x", math.nan), "cannot be given to a task"),
        (lambda: Fixed("lambda", 1), "a word of Python .* p_lambda"),
        (lambda: Fixed("my-x", 1), "no name that Python can use .* my_x"),
        (lambda: Fixed("1x", 1), "p_1x"),
        (lambda: Fixed("", 1), "no name that Python can use"),
        (lambda: Fixed("trial_index", 1), "the name of a column"),
        (lambda: Fixed("status", 1), "the name of a column"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(make: Callable[[], object], message: str) -> None:
    """A value that makes no sense is refused when it is made, with its key and a remedy."""
    with pytest.raises(InputError, match=message):
        make()
