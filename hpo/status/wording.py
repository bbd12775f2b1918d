"""Numbers and times as a person reads them."""

from datetime import datetime
from itertools import pairwise

_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def duration(seconds: float) -> str:
    """Return a duration in one or two units, such as ``2 h 5 min``.

    Args:
        seconds: In s, not negative.
    """
    for (unit, size), (lower, lower_size) in pairwise(_UNITS):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            part = int(rest // lower_size)
            return f"{whole:.0f} {unit} {part} {lower}" if part else f"{whole:.0f} {unit}"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - the digits that count


def moment(time: float) -> str:
    """Return a local date and time, to the second.

    Args:
        time: Seconds since 1970.
    """
    return datetime.fromtimestamp(time).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def number(value: object) -> str:
    """Return a value with six digits at most if it is a float."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
