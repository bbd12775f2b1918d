import itertools
import math
import random

import pytest

from tasks.toy import Branin, Hartmann6

HARTMANN6_MINIMISER = (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573)


@pytest.mark.parametrize("x", [(-math.pi, 12.275), (math.pi, 2.275), (3 * math.pi, 2.475)])
def test_branin_has_its_minimum_at_three_points(x: tuple[float, float]) -> None:
    """Branin is 5/(4π) = 0.397887 at each of its minimisers."""
    assert Branin().value(x) == pytest.approx(5 / (4 * math.pi), abs=1e-6)


@pytest.mark.parametrize(
    ("x", "expected"),
    [((0, 0), 55.602113), ((-5, 0), 308.129096), ((10, 15), 145.872191), ((2.5, 7.5), 24.129964)],
)
def test_branin_agrees_with_tabulated_points(x: tuple[float, float], expected: float) -> None:
    """Branin has its known values at the corners and the centre of its domain."""
    assert Branin().value(x) == pytest.approx(expected, abs=1e-6)


def test_hartmann6_has_its_minimum() -> None:
    """Hartmann6 is -3.32237 at its minimiser."""
    assert Hartmann6().value(HARTMANN6_MINIMISER) == pytest.approx(-3.32237, abs=5e-6)


def test_hartmann6_rises_around_its_minimum() -> None:
    """A step of 0.01 along any axis, either way, leads up from the minimiser of Hartmann6."""
    task = Hartmann6()
    for axis, step in itertools.product(range(6), (-0.01, 0.01)):
        x = list(HARTMANN6_MINIMISER)
        x[axis] += step
        assert task.value(x) > task.value(HARTMANN6_MINIMISER)


@pytest.mark.parametrize(("x", "expected"), [(0.0, -5.0891129e-3), (0.5, -0.505314992), (1.0, -3.4085393e-5)])
def test_hartmann6_agrees_with_known_points(x: float, expected: float) -> None:
    """Hartmann6 has its known values at three points of the cube's diagonal."""
    assert Hartmann6().value([x] * 6) == pytest.approx(expected, rel=1e-7)


def test_no_point_lies_below_the_stated_minima() -> None:
    """Neither function falls below its stated optimum anywhere it was looked at."""
    chance = random.Random(0)
    for _ in range(2000):
        assert Branin().value([chance.uniform(-5, 10), chance.uniform(0, 15)]) >= 0.397887
        assert Hartmann6().value([chance.random() for _ in range(6)]) >= -3.32237
