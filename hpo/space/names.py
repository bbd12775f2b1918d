"""What a parameter may be called."""

import keyword
from collections.abc import Iterator

from hpo.errors import Fault

RESERVED_NAMES = ("trial_index", "status", "objective", "seconds", "reason")


def key_of(name: object) -> str:
    """Return the config key of the parameter ``name``."""
    return f"space.parameters.{name}"


def name_faults(name: str) -> Iterator[Fault]:
    """Yield what is wrong with ``name``."""
    if name in RESERVED_NAMES:
        yield Fault(
            f"{key_of(name)} has the name of a column of trials.csv",
            f"reserved are {', '.join(RESERVED_NAMES)}",
            f"Call it {name}_parameter",
        )
    elif not name.isidentifier() or keyword.iskeyword(name):
        why = "a word of Python itself" if keyword.iskeyword(name) else "no name that Python can use"
        yield Fault(
            f"{key_of(name)} is {why}",
            "a name has letters, digits and underscores, and does not begin with a digit",
            f"Call it {_identifier(name)}",
        )


def _identifier(name: str) -> str:
    kept = "".join(c if f"_{c}".isidentifier() else "_" for c in name)
    return kept if kept.isidentifier() and not keyword.iskeyword(kept) else f"p_{kept}"
