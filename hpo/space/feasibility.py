"""Whether linear constraints leave anything to search."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from hpo.errors import Fault
from hpo.space.constraint import LinearConstraint
from hpo.space.numeric_range import Range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_ROOM = 1e-9  # radius of a ball, where the range of every parameter has length 1


def feasibility_faults(ranges: Sequence[Range], constraints: Sequence[LinearConstraint]) -> list[Fault]:
    """Return a fault if no point satisfies all ``constraints``, or too few to be searched.

    Points without room around them (``a <= b`` together with ``b <= a``, or a single corner) count as too
    few: Ax suggests one of them and then says that the space is exhausted.

    Args:
        ranges: The parameters in the constraints, each linear and without steps.
        constraints: Constraints on them alone.
    """
    for is_satisfied, problem, allowed in (
        (_has_point, "leave no point", "at least one point satisfies all constraints"),
        (_has_room, "leave no room, only an edge or a corner", "Ax searches spaces that have a volume"),
    ):
        if not is_satisfied(ranges, constraints):
            core = _conflict(is_satisfied, ranges, constraints)
            texts = " and ".join(repr(constraint.text) for constraint in core)
            names = [r for r in ranges if any(r.name in c.coefficients for c in core)]
            within = ", ".join(f"{r.name} in [{r.lower}, {r.upper}]" for r in names)
            remedy = "Relax one of them, or widen the bounds"
            return [Fault(f"space.constraints {texts} {problem} with {within}", allowed, remedy)]
    return []


def _conflict(
    is_satisfied: Callable[[Sequence[Range], Sequence[LinearConstraint]], bool],
    ranges: Sequence[Range],
    constraints: Sequence[LinearConstraint],
) -> list[LinearConstraint]:
    """Return a smallest part of ``constraints`` that is already unsatisfied: none of it can be left out."""
    core = list(constraints)
    for constraint in constraints:
        rest = [other for other in core if other is not constraint]
        if not is_satisfied(ranges, rest):
            core = rest
    return core


def _has_point(ranges: Sequence[Range], constraints: Sequence[LinearConstraint]) -> bool:
    if not constraints:
        return True
    import numpy as np  # noqa: PLC0415 - half a second to import, wanted only here
    from scipy.optimize import Bounds, milp  # noqa: PLC0415 - the same
    from scipy.optimize import LinearConstraint as Rows  # noqa: PLC0415 - the same

    is_int = np.array([r.value_type == "int" for r in ranges])
    widths = np.array([1.0 if r.value_type == "int" else r.upper - r.lower for r in ranges])
    upper = np.array([r.upper - r.lower for r in ranges]) / widths
    matrix, bounds = _scaled(ranges, constraints, widths)
    found = milp(
        np.zeros(len(ranges)),
        integrality=is_int,
        bounds=Bounds(np.zeros(len(ranges)), upper),
        constraints=Rows(matrix, ub=bounds),
    )
    return bool(found.success)


def _has_room(ranges: Sequence[Range], constraints: Sequence[LinearConstraint]) -> bool:
    """Tell whether a ball fits in.

    A linear programme finds the largest radius: Boyd and Vandenberghe, Convex Optimization, 2004, 4.3.1.
    """
    if not constraints:
        return True
    import numpy as np  # noqa: PLC0415 - half a second to import, wanted only here
    from scipy.optimize import linprog  # noqa: PLC0415 - the same

    n = len(ranges)
    matrix, bounds = _scaled(ranges, constraints, np.array([r.upper - r.lower for r in ranges]))
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    rows = np.vstack(
        [
            np.hstack([matrix, norms]),
            np.hstack([np.eye(n), np.ones((n, 1))]),
            np.hstack([-np.eye(n), np.ones((n, 1))]),
        ]
    )
    limits = np.concatenate([bounds, np.ones(n), np.zeros(n)])
    objective = np.append(np.zeros(n), -1.0)
    found = linprog(objective, A_ub=rows, b_ub=limits, bounds=[(0, 1)] * n + [(0, 1)])
    return bool(found.success) and -float(found.fun) > MIN_ROOM


def _scaled(
    ranges: Sequence[Range], constraints: Sequence[LinearConstraint], widths: "NDArray[np.float64]"
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """Return rows (m, n) and bounds (m,), in units of ``widths`` (n,) above the lower bounds.

    Each row's largest weight is 1.
    """
    import numpy as np  # noqa: PLC0415 - half a second to import, wanted only here

    weights = np.array([[c.coefficients.get(r.name, 0.0) for r in ranges] for c in constraints])
    lower = np.array([r.lower for r in ranges], dtype=float)
    bounds = np.array([c.bound for c in constraints]) - weights @ lower
    matrix = weights * widths
    scale = np.abs(matrix).max(axis=1)
    return matrix / scale[:, None], bounds / scale
