"""The six-dimensional Hartmann function: six parameters, one global minimum among local ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from tasks.toy.closed_form import ClosedForm

# One row for each of the four wells.
_DEPTHS = (1.0, 1.2, 3.0, 3.2)
_WIDTHS = (
    (10.0, 3.0, 17.0, 3.5, 1.7, 8.0),
    (0.05, 10.0, 17.0, 0.1, 8.0, 14.0),
    (3.0, 3.5, 1.7, 10.0, 17.0, 8.0),
    (17.0, 8.0, 0.05, 10.0, 0.1, 14.0),
)
_CENTRES = (
    (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
    (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
    (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650),
    (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
)


@dataclass(frozen=True)
class Hartmann6(ClosedForm):
    """``f = -Σᵢ αᵢ exp(-Σⱼ Aᵢⱼ (xⱼ - Pᵢⱼ)²)``, i = 1..4, j = 1..6, on the unit cube, to be minimised.

    Its minimum -3.32237 lies at (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573). This is the form
    without the rescaling of Picheny et al.

    Source: J. K. Hartman (1973), Naval Research Logistics 20, 569, with the constants of L. C. W. Dixon and
    G. P. Szegő (1978), Towards Global Optimization 2, 1-15, as tabulated by V. Picheny, T. Wagner and
    D. Ginsbourger (2013), Struct. Multidisc. Optim. 48, 607, and by S. Surjanovic and D. Bingham, Virtual
    Library of Simulation Experiments, "Hartmann 6-dimensional function".
    """

    dimension: ClassVar[int] = 6

    def value(self, x: Sequence[float]) -> float:
        """Return f at ``x`` = (x1, ..., x6), all without unit."""
        return -sum(
            depth * math.exp(-sum(a * (xj - p) ** 2 for a, xj, p in zip(widths, x, centre, strict=True)))
            for depth, widths, centre in zip(_DEPTHS, _WIDTHS, _CENTRES, strict=True)
        )
