"""Parameters that take one of a list, or always the same."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hpo.errors import Fault, raise_faults
from hpo.space.names import key_of, name_faults
from hpo.space.numeric_range import MAX_CHOICES
from hpo.space.values import ValueType, cast_value, infer_type, is_same
from hpo.task import ParameterValue


@dataclass(frozen=True)
class Choice:
    """One of several values.

    Attributes:
        name: The parameter's name.
        values: The values, two or more.
        value_type: The type of all of them.
        ordered: Whether neighbours in the list are alike, as numbers are and names are not.

    Raises:
        InputError: For fewer than two values, a value twice, or one of another type.
    """

    name: str
    values: tuple[ParameterValue, ...]
    value_type: ValueType
    ordered: bool

    def __post_init__(self) -> None:
        raise_faults([*name_faults(self.name), *self._faults()])
        object.__setattr__(self, "values", tuple(cast_value(v, self.value_type) for v in self.values))

    @property
    def n_values(self) -> float:
        """How many values there are."""
        return len(self.values)

    @property
    def allowed(self) -> str:
        """Words for the values it takes."""
        return f"it takes one of {', '.join(map(str, self.values))}"

    def contains(self, value: object) -> bool:
        """Tell whether ``value`` is one of the values, rounding aside."""
        return _is_among(value, self.value_type, self.values)

    def cast(self, value: object) -> ParameterValue:
        """Return ``value`` as the Python type of the values.

        Raises:
            ValueError: If it is of another type.
        """
        return cast_value(value, self.value_type)

    def to_json(self) -> dict[str, object]:
        """Return the config form: plain values that build the same choice again."""
        values = list(self.values)
        return {"type": "choice", "values": values, "value_type": self.value_type, "ordered": self.ordered}

    def _faults(self) -> Iterator[Fault]:
        key = f"{key_of(self.name)}.values"
        shown = f"{key}={list(self.values)}"
        if not self.values:
            yield Fault(f"{shown} is empty", "a choice takes two or more values", f"Set {key}=[1, 2], say")
        elif len(self.values) == 1:
            remedy = f"Write {key_of(self.name)}: {{type: fixed, value: {self.values[0]}}}"
            yield Fault(f"{shown} leaves one value", "a choice takes two or more", remedy)
        elif len(self.values) > MAX_CHOICES:
            what = f"{key} has {len(self.values)} values"
            yield Fault(what, f"Ax takes {MAX_CHOICES} at most", "Use type: range, or choose fewer")
        misfits = [value for value in self.values if not _is_castable(value, self.value_type)]
        if misfits:
            what = f"{shown} has {', '.join(map(repr, misfits))}"
            yield Fault(what, f"all are finite and of type {self.value_type}", "Change it, or its value_type")
            return
        twice = [v for i, v in enumerate(self.values) if any(is_same(v, w) for w in self.values[:i])]
        if twice:
            what = f"{shown} has {', '.join(map(repr, twice))} twice"
            yield Fault(what, "each value stands once", f"Set {key}={list(dict.fromkeys(self.values))}")


@dataclass(frozen=True)
class Fixed:
    """One value, for every trial.

    Attributes:
        name: The parameter's name.
        value: The value.

    Raises:
        InputError: For a value that is neither a finite number nor text nor a truth value.
    """

    name: str
    value: ParameterValue

    def __post_init__(self) -> None:
        raise_faults([*name_faults(self.name), *self._faults()])

    @property
    def value_type(self) -> ValueType:
        """The type of the value."""
        return infer_type([self.value]) or "str"

    @property
    def n_values(self) -> float:
        """How many values there are: 1."""
        return 1

    @property
    def allowed(self) -> str:
        """Words for the value it takes."""
        return f"it is fixed at {self.value}"

    def contains(self, value: object) -> bool:
        """Tell whether ``value`` is the value, rounding aside."""
        return _is_among(value, self.value_type, (self.value,))

    def cast(self, value: object) -> ParameterValue:
        """Return ``value`` as the Python type of the value.

        Raises:
            ValueError: If it is of another type.
        """
        return cast_value(value, self.value_type)

    def to_json(self) -> dict[str, object]:
        """Return the config form: plain values that build the same parameter again."""
        # A text such as "2" would otherwise be taken for a number that lost its type.
        kind = {"value_type": "str"} if isinstance(self.value, str) else {}
        return {"type": "fixed", "value": self.value, **kind}

    def _faults(self) -> Iterator[Fault]:
        if infer_type([self.value]) is None or not _is_castable(self.value, self.value_type):
            key = f"{key_of(self.name)}.value"
            takes = "it takes a finite number, text, true or false"
            yield Fault(f"{key}={self.value} cannot be given to a task", takes, f"Set {key}=1, say")


def _is_castable(value: object, value_type: ValueType) -> bool:
    try:
        cast = cast_value(value, value_type)
    except (ValueError, OverflowError):
        return False
    return not isinstance(cast, float) or math.isfinite(cast)


def _is_among(value: object, value_type: ValueType, values: tuple[ParameterValue, ...]) -> bool:
    if not _is_castable(value, value_type):
        return False
    cast = cast_value(value, value_type)
    return any(is_same(cast, other) for other in values)
