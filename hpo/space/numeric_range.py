"""A parameter that takes any number between two bounds."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from hpo.errors import Fault, raise_faults
from hpo.space.names import key_of, name_faults
from hpo.space.values import NumberType, cast_value
from hpo.task import ParameterValue

MIN_WIDTH = 1.5e-5  # Ax 1.3.1 refuses narrower ranges, those on a log scale too
MAX_CHOICES = 1000  # Ax 1.3.1 refuses more values in a choice, and searches a stepped range as a choice
TOLERANCE = 1e-9  # relative; what goes through a log scale and back can leave the bounds by rounding


@dataclass(frozen=True)
class Range:
    """A number between two bounds, both included.

    Attributes:
        name: The parameter's name.
        lower: The lower bound.
        upper: The upper bound.
        value_type: ``float`` or ``int``.
        log: Whether it is searched on a log scale.
        step: Distance of the allowed values, counted from ``lower``; None for any value.

    Raises:
        InputError: For bounds that are not finite, equal or the wrong way round, and for a log scale or a
            step that does not go with them.
    """

    name: str
    lower: float
    upper: float
    value_type: NumberType
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        raise_faults([*name_faults(self.name), *self._bound_faults(), *self._step_faults()])
        for field in ("lower", "upper", "step"):
            value = getattr(self, field)
            # The digest wants one spelling of equal ranges: 1 and 1.0 are different JSON.
            object.__setattr__(self, field, None if value is None else cast_value(value, self.value_type))

    @cached_property
    def grid(self) -> tuple[float, ...] | None:
        """The allowed values in ascending order, or None where they are continuous."""
        if self.step is None:
            return None if self.value_type == "float" else tuple(range(int(self.lower), int(self.upper) + 1))
        n_steps = round((self.upper - self.lower) / self.step)
        # Twelve digits: 0.1 + 2*0.1 is 0.3 to whoever typed the step.
        points = (float(f"{self.lower + k * self.step:.12g}") for k in range(n_steps + 1))
        return tuple(points) if self.value_type == "float" else tuple(round(point) for point in points)

    @property
    def n_values(self) -> float:
        """How many values there are; infinity where they are continuous."""
        if self.step is not None:
            return round((self.upper - self.lower) / self.step) + 1
        return math.inf if self.value_type == "float" else self.upper - self.lower + 1

    @property
    def allowed(self) -> str:
        """Words for the values it takes."""
        steps = "" if self.step is None else f" in steps of {self.step}"
        return f"it takes {self.value_type} values from {self.lower} to {self.upper}{steps}"

    def contains(self, value: object) -> bool:
        """Tell whether ``value`` is allowed, rounding aside."""
        try:
            number = float(self.cast(value))
        except (ValueError, OverflowError):
            return False
        # On a log scale the width says nothing about the size of the small values.
        width = 0.0 if self.log else TOLERANCE * (self.upper - self.lower)
        low = self.lower - max(TOLERANCE * abs(self.lower), width)
        high = self.upper + max(TOLERANCE * abs(self.upper), width)
        if self.step is None:
            return low <= number <= high
        n_steps = (number - self.lower) / self.step
        return low <= number <= high and abs(n_steps - round(n_steps)) <= 1e-6  # noqa: PLR2004 - of a step

    def cast(self, value: object) -> ParameterValue:
        """Return ``value`` as a Python ``float`` or ``int``.

        Raises:
            ValueError: If it is no such number.
        """
        return cast_value(value, self.value_type)

    def nearest(self, value: float) -> ParameterValue:
        """Return the allowed value next to ``value``."""
        inside = min(max(value, self.lower), self.upper)
        if self.step is not None:
            inside = self.lower + round((inside - self.lower) / self.step) * self.step
        return round(inside) if self.value_type == "int" else float(f"{inside:.12g}")

    def to_json(self) -> dict[str, object]:
        """Return the config form: plain values that build the same range again."""
        step: Mapping[str, object] = {} if self.step is None else {"step": self.step}
        bounds = [self.lower, self.upper]
        return {"type": "range", "bounds": bounds, "value_type": self.value_type, "log": self.log, **step}

    def _bound_faults(self) -> Iterator[Fault]:
        key = f"{key_of(self.name)}.bounds"
        shown = f"{key}=[{self.lower}, {self.upper}]"
        if not (math.isfinite(self.lower) and math.isfinite(self.upper)):
            yield Fault(f"{shown} is not finite", "both bounds are finite numbers", f"Set {key}=[0, 1], say")
            return
        if self.lower == self.upper:
            fixed = f"{key_of(self.name)}: {{type: fixed, value: {self.lower}}}"
            yield Fault(f"{shown} leaves one value", "the lower bound is below the upper", f"Write {fixed}")
        elif self.lower > self.upper:
            remedy = f"Set {key}=[{self.upper}, {self.lower}]"
            yield Fault(f"{shown} is the wrong way round", "the lower bound is below the upper", remedy)
        elif self.upper - self.lower < MIN_WIDTH:
            takes = f"Ax takes ranges of {MIN_WIDTH} or more"
            yield Fault(f"{shown} is too narrow", takes, "Tune a multiple of it, or its logarithm, instead")
        if self.value_type == "int" and not (_is_whole(self.lower) and _is_whole(self.upper)):
            remedy = f"Set {key}=[{math.ceil(self.lower)}, {math.floor(self.upper)}], or value_type: float"
            yield Fault(f"{shown} bounds an int by fractions", "whole numbers bound an int", remedy)
        if self.log and min(self.lower, self.upper) <= 0:
            remedy = f"Raise the lower bound above 0, or set {key_of(self.name)}.log=false"
            yield Fault(f"{shown} has no logarithm", "a log scale takes bounds above 0", remedy)

    def _step_faults(self) -> Iterator[Fault]:
        if self.step is None:
            return
        key = f"{key_of(self.name)}.step"
        shown = f"{key}={self.step}"
        if self.log:
            takes = "steps are even on a linear scale only"
            remedy = f"Remove {key}, or set {key_of(self.name)}.log=false"
            yield Fault(f"{shown} does not go with log", takes, remedy)
        if not (math.isfinite(self.step) and self.step > 0):
            yield Fault(f"{shown} is no distance", "it takes a number above 0", f"Set {key}=1, or remove it")
            return
        if self.value_type == "int" and not _is_whole(self.step):
            yield Fault(f"{shown} leads off the whole numbers", "an int takes whole steps", f"Set {key}=1")
            return
        n_steps = (self.upper - self.lower) / self.step
        if math.isfinite(n_steps) and n_steps > 0 and not self.log:
            yield from self._grid_faults(shown, n_steps)

    def _grid_faults(self, shown: str, n_steps: float) -> Iterator[Fault]:
        bounds = f"[{self.lower}, {self.upper}]"
        key = key_of(self.name)
        if not math.isclose(n_steps, max(1, round(n_steps)), rel_tol=TOLERANCE):
            last = self.lower + math.floor(n_steps) * (self.step or 0.0)
            remedy = f"Set {key}.bounds=[{self.lower}, {last:.12g}]" if n_steps > 1 else f"Remove {key}.step"
            yield Fault(f"{shown} does not divide {bounds}", "steps lead from bound to bound", remedy)
        elif n_steps >= MAX_CHOICES:
            what = f"{shown} makes {round(n_steps) + 1} values of {bounds}"
            yield Fault(what, f"Ax takes {MAX_CHOICES} at most", f"Remove {key}.step")


def _is_whole(number: float) -> bool:
    return float(number).is_integer()
