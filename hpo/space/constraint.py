"""Linear constraints between parameters."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hpo.errors import Fault, raise_faults
from hpo.expression import ExpressionError
from hpo.inequality import Inequality, names_ax_cannot_parse, parse_inequality
from hpo.space.choice import Choice, Fixed
from hpo.space.names import key_of
from hpo.space.numeric_range import Range
from hpo.space.parameter import Parameter
from hpo.task import ParameterValue

TOLERANCE = 1e-8  # as Ax 1.3.1, PARAMETER_CONSTRAINT_TOLERANCE


@dataclass(frozen=True)
class LinearConstraint:
    """A weighted sum of parameters that stays at or below a bound.

    Attributes:
        text: The constraint as it was typed.
        coefficients: Weight by name of the parameter; fixed ones are in the bound.
        bound: What the sum is at most.
    """

    text: str
    coefficients: Mapping[str, float]
    bound: float

    # A mapping has no hash; equal constraints are rare enough for one hash per set of names.
    def __hash__(self) -> int:
        return hash((tuple(sorted(self.coefficients)), self.bound))

    @property
    def canonical_text(self) -> str:
        """One spelling of all that mean the same, such as ``1.0*a + -2.0*b <= 0.0``; Ax parses it."""
        terms = (f"{weight!r}*{name}" for name, weight in sorted(self.coefficients.items()))
        return f"{' + '.join(terms)} <= {self.bound!r}"

    def holds(self, parameters: Mapping[str, ParameterValue], tolerance: float = TOLERANCE) -> bool:
        """Tell whether ``parameters`` satisfy it.

        Args:
            parameters: Values by name, those of :attr:`coefficients` among them.
            tolerance: By how much the sum may exceed the bound, in its units.

        Raises:
            KeyError: If a parameter is missing.
        """
        total = sum(weight * float(parameters[name]) for name, weight in self.coefficients.items())
        return total <= self.bound + tolerance


def read_constraint(key: str, text: object, parameters: Mapping[str, Parameter]) -> LinearConstraint | None:
    """Read one constraint of the config.

    Args:
        key: Its config key, such as ``space.constraints[0]``.
        text: An inequality that is linear in the parameters that vary.
        parameters: The parameters by name; a fixed number counts as that number.

    Returns:
        The constraint, or None if it holds because of the fixed parameters alone.

    Raises:
        InputError: If it cannot be read, or touches a parameter that Ax cannot constrain.
    """
    if not isinstance(text, str):
        raise_faults([Fault(f"{key}={text} is no text", "it takes one such as a <= 0.5*b", "Put it in quotes")])
    shown = f"{key}={text}"
    try:
        inequality = parse_inequality(str(text))
        raise_faults(_name_faults(shown, inequality, parameters))
        form = inequality.linear_form(_fixed_numbers(parameters))
    except ExpressionError as error:
        raise_faults([error.fault(key, text)])
        raise  # unreachable; tells the type checker so
    if form.is_constant:
        raise_faults(_constant_faults(shown, inequality, form.constant))
        return None
    raise_faults(_ax_faults(shown, form.coefficients))
    # Adding 0.0 turns a negative zero into a plain one.
    return LinearConstraint(str(text), form.coefficients, -form.constant + 0.0)


def _fixed_numbers(parameters: Mapping[str, Parameter]) -> dict[str, float]:
    fixed = [p for p in parameters.values() if isinstance(p, Fixed) and p.value_type in {"int", "float"}]
    return {parameter.name: float(parameter.value) for parameter in fixed}


def _constant_faults(shown: str, inequality: Inequality, excess: float) -> Iterator[Fault]:
    if not inequality.names:
        yield Fault(f"{shown} names no parameter", "it compares parameters", "Remove it")
    elif excess > TOLERANCE:
        why = "at the fixed values it never holds"
        yield Fault(f"{shown} leaves no point: {why}", "some points satisfy it", "Change a value, or remove it")


def _name_faults(shown: str, inequality: Inequality, parameters: Mapping[str, Parameter]) -> Iterator[Fault]:
    for name in inequality.names:
        parameter = parameters.get(name)
        if parameter is None:
            close = difflib.get_close_matches(name, parameters, n=1)
            remedy = f"Did you mean {close[0]}" if close else f"Add {key_of(name)}, or remove the constraint"
            takes = f"the space has {', '.join(parameters) or 'none'}"
            yield Fault(f"{shown}: {name} is not a parameter of the space", takes, remedy)
        elif reason := _unfit(parameter):
            problem, remedy = reason
            takes = "a constraint takes ranges that are linear and without steps, and fixed numbers"
            yield Fault(f"{shown}: {name} {problem}", takes, remedy)


def _unfit(parameter: Parameter) -> tuple[str, str] | None:
    """Return why ``parameter`` cannot be constrained, and what to do; None if it can.

    Ax 1.3.1 refuses log scales and unordered choices. It takes ordered choices and stepped ranges, but then
    suggests points that violate the constraint, as if its weights were for positions in the list of values.
    """
    key = key_of(parameter.name)
    if isinstance(parameter, Choice):
        return "is a choice", "Make it a range, or let the task raise an error for what cannot be"
    if isinstance(parameter, Range) and parameter.log:
        return "is on a log scale", f"Set {key}.log=false"
    if isinstance(parameter, Range) and parameter.step is not None:
        return "has steps", f"Remove {key}.step"
    if isinstance(parameter, Fixed) and parameter.value_type in {"str", "bool"}:
        return f"is fixed at {parameter.value}, no number", "Remove the constraint"
    return None


def _ax_faults(shown: str, coefficients: Mapping[str, float]) -> Iterator[Fault]:
    for name in names_ax_cannot_parse(coefficients):
        yield Fault(
            f"{shown}: {name} means something else to SymPy, with which Ax parses constraints",
            "a name in a constraint is neither a function nor a constant there",
            f"Rename the parameter, to {name}_ for instance, or remove the constraint",
        )
