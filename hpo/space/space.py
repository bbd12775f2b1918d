"""The search space: parameters and the constraints between them."""

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hpo.digest import digest
from hpo.errors import Fault, raise_faults
from hpo.space.choice import Fixed
from hpo.space.constraint import LinearConstraint
from hpo.space.names import key_of
from hpo.space.numeric_range import Range
from hpo.space.parameter import Parameter
from hpo.task import ParameterValue


@dataclass(frozen=True)
class SearchSpace:
    """What is searched.

    Attributes:
        parameters: The parameters, in the order of the config, which is that of the table's columns.
        constraints: What must hold between them.

    Raises:
        InputError: If no parameter varies, or two have the same name.
    """

    parameters: tuple[Parameter, ...]
    constraints: tuple[LinearConstraint, ...] = ()

    def __post_init__(self) -> None:
        raise_faults([*self._twin_faults(), *self._emptiness_faults()])

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def fixed(self) -> dict[str, ParameterValue]:
        """The values of the fixed parameters, by name."""
        return {p.name: p.value for p in self.parameters if isinstance(p, Fixed)}

    @property
    def n_points(self) -> float:
        """How many points there are, constraints aside; infinity where a parameter is continuous."""
        return math.prod(parameter.n_values for parameter in self.parameters)

    def n_points_left(self, tried: Iterable[Mapping[str, ParameterValue]]) -> float:
        """Return how many points there are, constraints aside, that are not among ``tried``."""
        if math.isinf(self.n_points):
            return self.n_points
        return self.n_points - len(
            {tuple(self.cast(self.with_fixed(point)).values()) for point in tried if self.contains(point)}
        )

    @property
    def digest(self) -> str:
        """SHA-256 in hex of the space, whatever the order of its parameters and constraints."""
        return digest(self.to_json())

    def parameter(self, name: str) -> Parameter:
        """Return the parameter ``name``.

        Raises:
            KeyError: If there is none.
        """
        return {parameter.name: parameter for parameter in self.parameters}[name]

    def with_fixed(self, parameters: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        """Return ``parameters`` and the fixed ones, in the space's order; unknown ones stay, at the end."""
        values = {**self.fixed, **parameters}
        known = {name: values[name] for name in self.names if name in values}
        return {**known, **values}

    def cast(self, parameters: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        """Return the values in their parameters' types: an int that was typed for a float becomes one.

        Raises:
            KeyError: If a name is not a parameter.
        """
        return {name: self.parameter(name).cast(value) for name, value in parameters.items()}

    def check_parameters(self, parameters: Mapping[str, object]) -> list[Fault]:
        """Return what keeps ``parameters`` from being a point of the space."""
        faults = [*self._unknown(parameters), *self._missing(parameters), *self._outside(parameters)]
        # A sum over missing or misplaced values says nothing.
        return faults or list(self._violated(parameters))

    def contains(self, parameters: Mapping[str, object]) -> bool:
        """Tell whether ``parameters`` is a point of the space."""
        return not self.check_parameters(parameters)

    def to_json(self) -> dict[str, object]:
        """Return plain values from which :func:`hpo.space.build_space` makes an equivalent space."""
        return {
            "parameters": {parameter.name: parameter.to_json() for parameter in self.parameters},
            "constraints": sorted(constraint.canonical_text for constraint in self.constraints),
        }

    def _twin_faults(self) -> Iterator[Fault]:
        for name in dict.fromkeys(name for name in self.names if self.names.count(name) > 1):
            yield Fault(f"{key_of(name)} is there twice", "each parameter has its own name", "Rename one")

    def _emptiness_faults(self) -> Iterator[Fault]:
        takes, remedy = (
            "at least one varies",
            "Add one such as space.parameters.x={type: range, bounds: [0, 1]}",
        )
        if not self.parameters:
            yield Fault("space.parameters={} has nothing to tune", takes, f"{remedy}, or choose space=branin")
        elif all(isinstance(parameter, Fixed) for parameter in self.parameters):
            yield Fault(f"space.parameters are all fixed: {', '.join(self.names)}", takes, remedy)

    def _unknown(self, parameters: Mapping[str, object]) -> Iterator[Fault]:
        for name in parameters:
            if name not in self.names:
                close = difflib.get_close_matches(name, self.names, n=1)
                remedy = f"Did you mean {close[0]}" if close else f"Leave {name} out"
                yield Fault(f"{name} is not a parameter of the space", f"it has {', '.join(self.names)}", remedy)

    def _missing(self, parameters: Mapping[str, object]) -> Iterator[Fault]:
        for parameter in self.parameters:
            if parameter.name not in parameters:
                yield Fault(f"{parameter.name} is missing", parameter.allowed, f"Add {parameter.name}")

    def _outside(self, parameters: Mapping[str, object]) -> Iterator[Fault]:
        for parameter in self.parameters:
            value = parameters.get(parameter.name)
            if parameter.name in parameters and not parameter.contains(value):
                what = f"{parameter.name}={value} is not in the space"
                yield Fault(what, parameter.allowed, _remedy(parameter, value))

    def _violated(self, parameters: Mapping[str, object]) -> Iterator[Fault]:
        values = {parameter.name: parameter.cast(parameters[parameter.name]) for parameter in self.parameters}
        for constraint in self.constraints:
            if not constraint.holds(values):
                shown = ", ".join(f"{name}={values[name]}" for name in constraint.coefficients)
                yield Fault(f"{shown} violates a constraint", constraint.text, "Change one of them")


def _remedy(parameter: Parameter, value: object) -> str:
    if isinstance(parameter, Range) and isinstance(value, int | float) and math.isfinite(value):
        return f"Set {parameter.name}={parameter.nearest(value)}"
    return f"Change {parameter.name}"
