"""The Branin function: two parameters, three equal minima."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tasks.toy.closed_form import ClosedForm


@dataclass(frozen=True)
class Branin(ClosedForm):
    """``f = a (x2 - b x1² + c x1 - r)² + s (1 - t) cos(x1) + s``, to be minimised.

    With a = 1, b = 5.1 / (4π²), c = 5/π, r = 6, s = 10, t = 1/(8π), on -5 ≤ x1 ≤ 10, 0 ≤ x2 ≤ 15. Its minimum
    s t = 5/(4π) = 0.397887 lies at (-π, 12.275), (π, 2.275) and (3π, 2.475).

    Source: F. K. Branin (1972), IBM J. Res. Dev. 16, 504, with the constants of L. C. W. Dixon and
    G. P. Szegő (1978), "The global optimization problem: an introduction", Towards Global Optimization 2,
    1-15; see also S. Surjanovic and D. Bingham, Virtual Library of Simulation Experiments, "Branin function".
    """

    dimension: ClassVar[int] = 2

    def value(self, x: Sequence[float]) -> float:
        """Return f at ``x`` = (x1, x2), all without unit."""
        x1, x2 = x
        valley = x2 - 5.1 / (4 * math.pi**2) * x1**2 + 5 / math.pi * x1 - 6
        return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x1) + 10
