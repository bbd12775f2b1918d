"""What a study of Hartmann6 has tried: half of it all over the cube, half of it near the minimum."""

import random
from collections.abc import Mapping

from tasks.toy import Hartmann6

MINIMUM = (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573)
SPREAD = 0.1  # standard deviation of the points near the minimum, in units of the cube's edge
NAMES = tuple(f"x{number}" for number in range(1, 7))


def tried(n_points: int, seed: int = 0) -> list[dict[str, float]]:
    """Return ``n_points`` points in the unit cube, the spread ones first; the same for the same seed."""
    chance = random.Random(seed)
    spread = [[chance.random() for _ in NAMES] for _ in range(n_points // 2)]
    near = [[min(1.0, max(0.0, chance.gauss(x, SPREAD))) for x in MINIMUM] for _ in range(n_points - n_points // 2)]
    return [dict(zip(NAMES, point, strict=True)) for point in [*spread, *near]]


def value(point: Mapping[str, float]) -> float:
    """Return Hartmann6 at ``point``, to be minimised."""
    return Hartmann6().value([point[name] for name in NAMES])
