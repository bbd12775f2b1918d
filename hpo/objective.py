"""What is sought: a metric or an expression of metrics, its direction, and constraints on metrics."""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from hpo.digest import digest
from hpo.errors import Fault, InputError, raise_faults
from hpo.expression import Expression, ExpressionError
from hpo.inequality import Comparison, names_ax_cannot_parse, parse_inequality
from hpo.task import Metrics

Direction = Literal["minimize", "maximize"]
DIRECTIONS: Mapping[str, Direction] = {
    "minimize": "minimize",
    "maximize": "maximize",
    "minimise": "minimize",
    "maximise": "maximize",
}
OBJECTIVE_METRIC = "objective"  # under this name the objective's value goes to Ax


@dataclass(frozen=True)
class OutcomeConstraint:
    """A bound on one metric.

    Attributes:
        text: The constraint as it was typed.
        metric: The metric's name.
        op: On which side of the bound the metric stays.
        bound: The bound, in the metric's unit.
    """

    text: str
    metric: str
    op: Comparison
    bound: float

    def satisfied(self, metrics: Metrics) -> bool:
        """Tell whether ``metrics`` keep to the bound; a missing metric and NaN do not."""
        value = metrics.get(self.metric, math.nan)
        return value <= self.bound if self.op == "<=" else value >= self.bound


@dataclass(frozen=True)
class Objective:
    """What is best.

    Attributes:
        metric: A metric's name, or an arithmetic expression of several.
        direction: ``minimize`` or ``maximize``.
        constraints: Bounds that the best outcome keeps to.

    Raises:
        InputError: If the metric is no arithmetic, or names no metric.
    """

    metric: str
    direction: Direction = "minimize"
    constraints: tuple[OutcomeConstraint, ...] = ()

    def __post_init__(self) -> None:
        key = "objective.metric"
        try:
            names = self.expression.names
        except ExpressionError as error:
            raise InputError(error.fault(key, self.metric)) from None
        if not names:
            takes = "it takes a metric's name, or an expression of several"
            raise InputError(Fault(f"{key}={self.metric} names no metric", takes, f"Set {key}=value"))

    @cached_property
    def expression(self) -> Expression:
        """The metric as an expression."""
        return Expression(self.metric)

    @property
    def names(self) -> tuple[str, ...]:
        """Every metric that is needed: those of the objective, then those of the constraints."""
        constrained = (constraint.metric for constraint in self.constraints)
        return tuple(dict.fromkeys((*self.expression.names, *constrained)))

    @property
    def is_minimized(self) -> bool:
        """Whether the lower value is the better one."""
        return self.direction == "minimize"

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the objective, whatever the order of its constraints."""
        return digest(self.to_json())

    def value(self, metrics: Metrics) -> float:
        """Return the objective's value; NaN or infinity if there is no finite one.

        Raises:
            KeyError: If a metric is missing.
        """
        return self.expression.evaluate(metrics)

    def data(self, metrics: Metrics) -> Metrics:
        """Return what Ax is told: the objective's value and the constrained metrics, and no other."""
        constrained = {c.metric: metrics[c.metric] for c in self.constraints}
        return {OBJECTIVE_METRIC: self.value(metrics), **constrained}

    def better(self, a: float, b: float) -> bool:
        """Tell whether value ``a`` is better than value ``b``; of equal ones neither is."""
        return a < b if self.is_minimized else a > b

    def feasible(self, metrics: Metrics) -> bool:
        """Tell whether ``metrics`` keep to all constraints."""
        return all(constraint.satisfied(metrics) for constraint in self.constraints)

    def screen(self, metrics: Metrics) -> str | None:
        """Return why ``metrics`` are no data, or None if they are: what is needed is there and finite."""
        missing = [name for name in self.names if name not in metrics]
        if missing:
            reason = f"the task did not return {', '.join(missing)} (it returned {', '.join(metrics) or 'nothing'})"
            remedies = [f"a study with objective.metric={name} takes it over: restart=warm_start" for name in metrics]
            return "; ".join([reason, *remedies[:1]])
        broken = [f"{name}={metrics[name]}" for name in self.names if not math.isfinite(metrics[name])]
        if broken:
            return f"not finite: {', '.join(broken)}"
        value = self.value(metrics)
        if not math.isfinite(value):
            from_ = ", ".join(f"{name}={metrics[name]}" for name in self.expression.names)
            return f"not finite: {self.metric} is {value} for {from_}"
        return None

    def check_against(self, declared: frozenset[str] | None, task_name: str) -> list[Fault]:
        """Return a fault for each needed metric that the task does not return.

        Args:
            declared: The metrics that the task says it returns, or None if that shows only later.
            task_name: How messages call the task.
        """
        if declared is None:
            return []
        uses = dict.fromkeys(self.expression.names, f"objective.metric={self.metric}")
        for i, constraint in enumerate(self.constraints):
            uses.setdefault(constraint.metric, f"objective.constraints[{i}]={constraint.text}")
        return [_unknown(name, uses[name], declared, task_name) for name in self.names if name not in declared]

    def to_json(self) -> dict[str, object]:
        """Return plain values for a digest, the same for every spelling of the spaces and the bounds."""
        return {
            "metric": "".join(self.metric.split()),
            "direction": self.direction,
            "constraints": sorted(f"{c.metric} {c.op} {c.bound!r}" for c in self.constraints),
        }


def build_objective(metric: str, direction: str = "minimize", constraints: Sequence[str] | None = None) -> Objective:
    """Return the objective that the config describes.

    Args:
        metric: A metric's name, or an arithmetic expression of several.
        direction: ``minimize`` or ``maximize``.
        constraints: Bounds such as ``mae <= 3.0``.

    Raises:
        InputError: With every independent fault.
    """
    faults: list[Fault] = []
    if not isinstance(metric, str):
        takes = "it takes a metric's name, or an expression of several"
        faults.append(Fault(f"objective.metric={metric} is no text", takes, "Set objective.metric=value"))
    else:
        try:
            Objective(metric)
        except InputError as error:
            faults += error.faults
    if direction not in DIRECTIONS:
        close = difflib.get_close_matches(str(direction), DIRECTIONS, n=1, cutoff=0.3)
        remedy = f"Set objective.direction={DIRECTIONS[close[0]] if close else 'minimize'}"
        faults.append(Fault(f"objective.direction={direction} is unknown", "minimize or maximize", remedy))
    found, kept = _read_constraints(constraints)
    raise_faults(faults + found)
    return Objective(metric, DIRECTIONS[direction], tuple(kept))


def _read_constraints(constraints: Sequence[str] | None) -> tuple[list[Fault], list[OutcomeConstraint]]:
    if constraints is not None and (isinstance(constraints, str) or not isinstance(constraints, Sequence)):
        what, remedy = (
            f"objective.constraints={constraints} is no list",
            f"objective.constraints=['{constraints}']",
        )
        return [Fault(what, "it takes a list of bounds", f"Set {remedy}")], []
    faults: list[Fault] = []
    kept: list[OutcomeConstraint] = []
    for position, text in enumerate(constraints or ()):
        try:
            kept.append(_outcome_constraint(str(text)))
        except ExpressionError as error:
            faults.append(error.fault(f"objective.constraints[{position}]", text))
    return faults, kept


def _outcome_constraint(text: str) -> OutcomeConstraint:
    form = parse_inequality(text).linear_form()
    if len(form.coefficients) != 1:
        raise ExpressionError(
            f"it has {len(form.coefficients) or 'no'} metrics",
            "a constraint bounds one metric by a number",
            "Let the task return the combination as a metric",
        )
    ((metric, weight),) = form.coefficients.items()
    bound = -form.constant / weight + 0.0  # adding 0.0 turns a negative zero into a plain one
    if metric == OBJECTIVE_METRIC or names_ax_cannot_parse([metric]):
        raise ExpressionError(
            f"the name {metric} means something else to Ax",
            "a name in a constraint is no function or constant of SymPy, nor 'objective'",
            f"Let the task return it as {metric}_ or the like",
        )
    return OutcomeConstraint(text, metric, "<=" if weight > 0 else ">=", bound)


def _unknown(name: str, use: str, declared: Iterable[str], task_name: str) -> Fault:
    names = sorted(declared)
    close = difflib.get_close_matches(name, names, n=1)
    remedy = f"Did you mean {close[0]}" if close else f"Use {names[0]}" if names else "Choose another task"
    return Fault(f"{use}: {name} is not a metric of task {task_name!r}", f"it returns {', '.join(names)}", remedy)
