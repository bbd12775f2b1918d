"""What a number among the settings of a toy task may be."""

import math
from collections.abc import Iterator

from hpo.errors import Fault


def number_faults(
    key: str, value: object, allowed: str, *, maximum: float = math.inf, is_whole: bool = False
) -> Iterator[Fault]:
    """Yield the fault of a setting that is not a finite number from 0 to ``maximum``.

    Args:
        key: The config key as the user types it.
        value: What it was set to.
        allowed: What would be right, in words.
        maximum: The largest value, in the setting's own unit.
        is_whole: Whether it counts something.
    """
    reason = _reason(value, maximum, is_whole=is_whole)
    if reason:
        yield Fault(f"{key}={value} {reason}", allowed, f"Set {key}=0")


def _reason(value: object, maximum: float, *, is_whole: bool) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "is not a number"
    if is_whole and isinstance(value, float):
        return "is not a whole number"
    if not math.isfinite(value):
        return "is not finite"
    if value < 0:
        return "is negative"
    return f"is above {maximum:g}" if value > maximum else None
