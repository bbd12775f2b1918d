"""What differs between two search spaces, and which differences a study cannot go on over."""

from collections.abc import Iterator, Sequence

from hpo.errors import Fault
from hpo.space.choice import Choice, Fixed
from hpo.space.constraint import LinearConstraint
from hpo.space.names import key_of
from hpo.space.numeric_range import Range
from hpo.space.parameter import Parameter
from hpo.space.space import SearchSpace
from hpo.space.values import cast_value


def differences(old: SearchSpace, new: SearchSpace) -> list[str]:
    """Return what changed from ``old`` to ``new``, a line each, for people; nothing if both have the same digest."""
    return [*_parameter_changes(old, new), *_constraint_changes(old, new)]


def extension_faults(old: SearchSpace, new: SearchSpace) -> list[Fault]:
    """Return why a study over ``old`` cannot go on over ``new``.

    Its trials would be no points of the new space, whatever the bounds: a parameter is missing or new, or its values
    are of another type. Bounds, scales, steps, choices and constraints may change, and what varied may be fixed.
    """
    new_study = "or make a new study: restart=warm_start"
    faults = []
    for name in _names(old, new):
        key = key_of(name)
        if name not in new.names:
            what = f"{key} is missing, and the study's trials have it"
            faults.append(Fault(what, "an extended study keeps its parameters", f"Add it back, {new_study}"))
        elif name not in old.names:
            what = f"{key} is new, and the study's trials have none"
            faults.append(Fault(what, "an extended study keeps its parameters", f"Remove it, {new_study}"))
        elif not _has_same_kind(old.parameter(name), new.parameter(name)):
            faults.append(_type_fault(old.parameter(name), new.parameter(name), new_study))
    return faults


def _names(old: SearchSpace, new: SearchSpace) -> list[str]:
    return list(dict.fromkeys([*old.names, *new.names]))


def _has_same_kind(old: Parameter, new: Parameter) -> bool:
    """Tell whether values of ``old`` are values of the kind of ``new``; a whole number is a value of a float."""
    types = (old.value_type, new.value_type)
    return (
        old.value_type == new.value_type
        or types == ("int", "float")
        or (types == ("float", "int") and isinstance(new, Fixed))
    )


def _type_fault(old: Parameter, new: Parameter, new_study: str) -> Fault:
    key = f"{key_of(new.name)}.value_type"
    allowed = f"in the study's trials it is {old.value_type}"
    keep = f"Set {key}={old.value_type}, {new_study}"
    remedy = keep if _is_castable(new, old) else f"Leave {key_of(new.name)} as it was, {new_study}"
    return Fault(f"{key}={new.value_type} is another type", allowed, remedy)


def _is_castable(new: Parameter, old: Parameter) -> bool:
    """Tell whether all that ``new`` says could be said in the type of ``old``."""
    values: Sequence[object]
    if isinstance(new, Range):
        values = [new.lower, new.upper, *([] if new.step is None else [new.step])]
    else:
        values = new.values if isinstance(new, Choice) else [new.value]
    try:
        for value in values:
            cast_value(value, old.value_type)
    except (ValueError, OverflowError):
        return False
    return True


def _parameter_changes(old: SearchSpace, new: SearchSpace) -> Iterator[str]:
    for name in _names(old, new):
        if name not in new.names:
            yield f"{name}: removed, was {_words(old.parameter(name))}"
        elif name not in old.names:
            yield f"{name}: added, {_words(new.parameter(name))}"
        else:
            yield from (f"{name}: {change}" for change in _changes(old.parameter(name), new.parameter(name)))


def _changes(old: Parameter, new: Parameter) -> Iterator[str]:
    if isinstance(old, Range) and isinstance(new, Range):
        if (old.lower, old.upper) != (new.lower, new.upper):
            yield f"bounds {_bounds(old)} -> {_bounds(new)}"
        if old.log != new.log:
            yield f"log {_text(old.log)} -> {_text(new.log)}"
        if old.step != new.step:
            yield f"step {_text(old.step)} -> {_text(new.step)}"
    elif isinstance(old, Choice) and isinstance(new, Choice):
        yield from _value_changes(old, new)
        if old.ordered != new.ordered:
            yield f"ordered {_text(old.ordered)} -> {_text(new.ordered)}"
    elif not (isinstance(old, Fixed) and isinstance(new, Fixed)) or old.value != new.value:
        yield f"{_words(old)} -> {_words(new)}"
    if old.value_type != new.value_type:
        yield f"value_type {old.value_type} -> {new.value_type}"


def _value_changes(old: Choice, new: Choice) -> Iterator[str]:
    added = [value for value in new.values if value not in old.values]
    removed = [value for value in old.values if value not in new.values]
    parts = [("added", added), ("removed", removed)]
    told = [f"{what} {', '.join(map(_text, values))}" for what, values in parts if values]
    if told:
        yield "; ".join(told)
    elif old.values != new.values:
        yield f"values {_list(old.values)} -> {_list(new.values)}"


def _constraint_changes(old: SearchSpace, new: SearchSpace) -> Iterator[str]:
    # Their canonical texts are what the digest knows of constraints: another spelling is no change.
    before = {constraint.canonical_text: constraint for constraint in old.constraints}
    after = {constraint.canonical_text: constraint for constraint in new.constraints}
    added = [constraint for text, constraint in after.items() if text not in before]
    removed = [constraint for text, constraint in before.items() if text not in after]
    # Where a fixed number has changed, the same text means something else.
    same = {constraint.text for constraint in added} & {constraint.text for constraint in removed}
    yield from (f"constraint added: {_inequality(c, with_numbers=c.text in same)}" for c in added)
    yield from (f"constraint removed: {_inequality(c, with_numbers=c.text in same)}" for c in removed)


def _inequality(constraint: LinearConstraint, *, with_numbers: bool) -> str:
    # Spaces read from a study.yaml have the canonical spelling, which is none for people.
    if not with_numbers and constraint.text != constraint.canonical_text:
        return constraint.text
    weights = sorted(constraint.coefficients.items())
    terms = " ".join(f"{'-' if weight < 0 else '+'} {_weighted(abs(weight), name)}" for name, weight in weights)
    left = terms.removeprefix("+ ") if terms.startswith("+") else terms.replace("- ", "-", 1)
    return f"{left} <= {_text(constraint.bound)}"


def _weighted(weight: float, name: str) -> str:
    return name if weight == 1 else f"{_text(weight)}*{name}"


def _words(parameter: Parameter) -> str:
    if isinstance(parameter, Fixed):
        return f"fixed at {_text(parameter.value)}"
    if isinstance(parameter, Choice):
        return f"choice of {', '.join(map(_text, parameter.values))}"
    scale = " on a log scale" if parameter.log else ""
    steps = "" if parameter.step is None else f" in steps of {_text(parameter.step)}"
    return f"range {_bounds(parameter)}{scale}{steps}"


def _bounds(parameter: Range) -> str:
    return _list((parameter.lower, parameter.upper))


def _list(values: Sequence[object]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _text(value: object) -> str:
    """Return ``value`` as people type it in a config."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
