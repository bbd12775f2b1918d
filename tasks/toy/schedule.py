"""What chance decides about one trial of a toy task."""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from tasks.toy.failures import Fate, choose


@dataclass(frozen=True)
class Schedule:
    """What was drawn for one trial.

    Attributes:
        fate: How it ends badly, or None if it ends well.
        run_s: Its run time in seconds.
        noise: What is added to its value, in the value's unit.
    """

    fate: Fate | None
    run_s: float
    noise: float


def draw(seed: int, *, sleep_s: float, sleep_sigma: float, noise: float, failures: Mapping[str, float]) -> Schedule:
    """Draw one trial's schedule; the same arguments give the same one.

    Fate, run time and noise are always all drawn, in this order, so that turning one dial leaves the others'
    draws as they were. The run time is ``sleep_s exp(s z - s²/2)`` with shape s and z standard normal, a
    lognormal with mean ``sleep_s``, since E[exp(s z)] = exp(s²/2) (N. L. Johnson, S. Kotz and
    N. Balakrishnan (1994), Continuous Univariate Distributions, vol. 1, 2nd ed., ch. 14).

    Args:
        seed: The trial's seed.
        sleep_s: Mean run time in seconds.
        sleep_sigma: Shape s, the standard deviation of the run time's logarithm; 0 for a constant.
        noise: Standard deviation of the noise, in the value's unit.
        failures: Shares of the trials by the name of their fate.
    """
    chance = random.Random(seed)
    fate = choose(chance.random(), failures)
    run_s = sleep_s * math.exp(sleep_sigma * chance.gauss(0, 1) - sleep_sigma**2 / 2)
    return Schedule(fate, run_s, noise * chance.gauss(0, 1))
