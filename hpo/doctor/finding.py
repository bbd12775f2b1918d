"""What an examination finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # a study runs, but slowly, or not for long, or other than was meant
    FAULT = "fault"  # a study would not run


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        level: How bad it is.
        check: What it is about, in one word.
        what: What was found, in a sentence without its full stop.
        remedy: What to do, in sentences or as a command; None where nothing has to be done.
        values: The same for programs, by name.
    """

    level: Level
    check: str
    what: str
    remedy: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


def ok(check: str, what: str, **values: object) -> Finding:
    """Return a finding that nothing has to be done about."""
    return Finding(Level.OK, check, what, None, values)


def warning(check: str, what: str, remedy: str, **values: object) -> Finding:
    """Return a finding that a study can live with."""
    return Finding(Level.WARNING, check, what, remedy, values)


def fault(check: str, what: str, remedy: str, **values: object) -> Finding:
    """Return a finding that no study can live with."""
    return Finding(Level.FAULT, check, what, remedy, values)
