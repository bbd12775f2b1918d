"""Numbers, times and foreign text as a person reads them."""

import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path

_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # colours and movements of the cursor (ECMA-48)
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


def printable(line: str) -> str:
    """Return a line of somebody's log without what would move the cursor or change the colour."""
    last = _ESCAPE.sub("", line).rstrip("\r\n").rpartition("\r")[2]  # a progress bar overwrites itself
    return "".join(letter if letter.isprintable() else " " for letter in last.expandtabs(4))


def shown(path: Path) -> str:
    """Return ``path`` as one types it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
