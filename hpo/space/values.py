"""The four types that a parameter's value can have."""

import math
from collections.abc import Iterable
from typing import Literal, get_args

from hpo.task import ParameterValue

ValueType = Literal["float", "int", "str", "bool"]
NumberType = Literal["float", "int"]
VALUE_TYPES: tuple[ValueType, ...] = get_args(ValueType)
NUMBER_TYPES: tuple[NumberType, ...] = get_args(NumberType)


def infer_type(values: Iterable[object]) -> ValueType | None:
    """Return the type that all of ``values`` share; integers among floats count as floats.

    Returns:
        The type, or None if the values are mixed, or of a type that no parameter has.
    """
    kinds = {type(value) for value in values}
    if kinds == {int, float}:
        return "float"
    (kind,) = kinds if len(kinds) == 1 else (type(None),)
    return {float: "float", int: "int", str: "str", bool: "bool"}.get(kind)  # type: ignore[return-value]


def cast_value(value: object, value_type: ValueType) -> ParameterValue:
    """Return ``value`` as Python's ``value_type``, if that loses nothing.

    Args:
        value: A Python or NumPy scalar.
        value_type: The type to return.

    Raises:
        ValueError: If it is of another kind: text for a number, a fraction for an integer, ...
    """
    plain = value.item() if hasattr(value, "item") else value
    if value_type == "bool" and isinstance(plain, bool):
        return plain
    if value_type == "str" and isinstance(plain, str):
        return str(plain)
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        if value_type == "float":
            return float(plain)
        if value_type == "int" and (isinstance(plain, int) or plain.is_integer()):
            return int(plain)
    raise ValueError(f"{value!r} is no {value_type}")


def is_same(one: ParameterValue, other: ParameterValue) -> bool:
    """Tell whether two values of one type are the same; floats may differ by rounding."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other
