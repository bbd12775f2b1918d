"""What a single setting may be, stated once and used for the check and for the message."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from hpo.errors import Fault

Group = TypeVar("Group")


@dataclass(frozen=True)
class Rule:
    """What one setting takes.

    Attributes:
        allowed: In words, after the value: ``it takes a number above 0``.
        example: A value that is right, as the user types it.
        accepts: Whether a value is right.
        convert: Turns an accepted value into the one that is stored.
    """

    allowed: str
    example: str
    accepts: Callable[[object], bool]
    convert: Callable[[Any], object] = lambda value: value

    def faults(self, key: str, value: object) -> Iterator[Fault]:
        """Yield the fault of ``value``, which was given for ``key``, if it has one."""
        if not self.accepts(value):
            shown = "null" if value is None else value
            yield Fault(f"{key}={shown} is not possible", self.allowed, f"Set {key}={self.example}")


def whole(at_least: int, *, example: int) -> Rule:
    """Return the rule for a whole number from ``at_least`` on."""
    return Rule(
        f"it takes a whole number, {at_least} or more",
        str(example),
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= at_least,
    )


def real(low: float, high: float = math.inf, *, example: float, or_low: bool = False) -> Rule:
    """Return the rule for a finite number above ``low`` (from it on with ``or_low``) and below ``high``."""

    def accepts(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (low < value or (or_low and value == low)) and value < high

    from_low = f"a number from {low:g} on" if or_low else f"a number above {low:g}"
    below = f" and below {high:g}" if math.isfinite(high) else ""
    return Rule(f"it takes {from_low}{below}", f"{example:g}", accepts, float)


def one_of(*choices: str) -> Rule:
    """Return the rule for one of the words ``choices``."""
    return Rule(f"it takes {', '.join(choices)}", choices[0], lambda value: value in choices)


def flag() -> Rule:
    """Return the rule for true or false."""
    return Rule("it takes true or false", "false", lambda value: isinstance(value, bool))


def species() -> Rule:
    """Return the rule for a list of nuclear charges, with 0 for padding."""

    def accepts(value: object) -> bool:
        if not isinstance(value, Sequence) or isinstance(value, str):
            return False
        charges = [z for z in value if isinstance(z, int) and not isinstance(z, bool)]
        return len(charges) == len(value) > 1 and charges[0] == 0 and sorted(set(charges)) == charges

    return Rule("it takes 0 (padding), then nuclear charges in rising order", "[0,1,6,7,8,16]", accepts, tuple)


def setting(rule: Rule) -> Any:
    """Return a dataclass field without default whose values obey ``rule``."""
    return field(metadata={"rule": rule})


def group_faults(group: type, key: str, given: object) -> Iterator[Fault]:
    """Yield all faults of a mapping that is to become the dataclass ``group``.

    Args:
        group: A dataclass whose fields were made by :func:`setting`.
        key: The group's config key, ``task.network``.
        given: What was given for it.
    """
    rules = rules_of(group)
    names = ", ".join(rules)
    if not isinstance(given, Mapping):
        yield Fault(f"{key}={given} is not a group of settings", f"it takes {names}", f"Set {key}.{next(iter(rules))}")
        return
    for name in given:
        if name not in rules:
            yield Fault(f"{key}.{name} is not a setting", f"{key} takes {names}", f"Remove {key}.{name}")
    for name, rule in rules.items():
        if name in given:
            yield from rule.faults(f"{key}.{name}", given[name])
        else:
            yield Fault(f"{key}.{name} is missing", rule.allowed, f"Set {key}.{name}={rule.example}")


def converted(group: type[Group], given: Mapping[str, object]) -> Group:
    """Return the dataclass ``group`` made from a mapping without faults."""
    return group(**{name: rule.convert(given[name]) for name, rule in rules_of(group).items()})


def rules_of(group: type) -> dict[str, Rule]:
    """Return the rules of the dataclass ``group``, by field."""
    return {f.name: f.metadata["rule"] for f in fields(group) if "rule" in f.metadata}
