"""A parameter as the config writes it: ``{type: range, bounds: [0, 1], value_type: float, log: true}``."""

import difflib
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from hpo.errors import Fault, InputError, raise_faults
from hpo.space.choice import Choice, Fixed
from hpo.space.names import key_of
from hpo.space.numeric_range import Range
from hpo.space.parameter import Parameter
from hpo.space.values import NUMBER_TYPES, VALUE_TYPES, NumberType, ValueType, cast_value, infer_type

if TYPE_CHECKING:
    from hpo.task import ParameterValue

# By kind: the key it cannot do without comes first.
KEYS: Mapping[str, tuple[str, ...]] = {
    "range": ("bounds", "value_type", "log", "step"),
    "choice": ("values", "value_type", "ordered"),
    "fixed": ("value", "value_type"),
}
_SCALES = {"scaling", "scale", "log_scale"}  # what other programs call `log`
EXAMPLES = {"bounds": "[0.0, 1.0]", "values": "[1, 2, 4]", "value": "1.0"}


def read_parameter(name: str, fields: object) -> Parameter:
    """Return the parameter that ``fields`` describe.

    Args:
        name: The parameter's name.
        fields: A mapping of keys, as listed in :data:`KEYS` for its ``type``.

    Raises:
        InputError: With everything that is wrong with it.
    """
    if not isinstance(fields, Mapping):
        what = f"{key_of(name)}={fields} says nothing of its kind"
        raise_faults([Fault(what, "it takes a mapping", f"Write {key_of(name)}: {{{_likely(fields)}}}")])
    form = ConfigForm(name, cast("Mapping[str, object]", fields))
    try:
        parameter = form.parameter()
    except InputError as error:
        raise InputError(*form.faults, *error.faults) from None
    raise_faults(form.faults)
    if parameter is None:
        raise TypeError(f"{key_of(name)} was read neither to a parameter nor to a fault")
    return parameter


def _likely(value: object) -> str:
    """Return the keys that somebody may have meant who wrote a parameter as ``value``."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return f"type: fixed, value: {value}"
    is_pair = len(value) == 2 and all(isinstance(item, int | float) for item in value)  # noqa: PLR2004 - two bounds
    return f"type: range, bounds: {value}" if is_pair else f"type: choice, values: {value}"


class ConfigForm:
    """One parameter's keys while they are read.

    Attributes:
        faults: What was found wrong with single keys so far.
    """

    def __init__(self, name: str, fields: Mapping[str, object]) -> None:
        self.name = name
        self.faults: list[Fault] = []
        # A list of the config library turns into a plain one; an empty key counts as absent.
        self._fields = {
            str(key): list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
            for key, value in fields.items()
            if value is not None
        }

    def parameter(self) -> Parameter | None:
        """Return the parameter, or None if :attr:`faults` tell why there is none.

        Raises:
            InputError: If the keys are right one by one but do not go together.
        """
        kind = self._fields.get("type")
        if not isinstance(kind, str) or kind not in KEYS:
            self._fault_of_kind(kind)
            return None
        self.faults += self._key_faults(kind)
        if KEYS[kind][0] not in self._fields:
            self._add(KEYS[kind][0], "is missing", f"a {kind} needs it", EXAMPLES[KEYS[kind][0]])
            return None
        readers = {"range": self._range, "choice": self._choice, "fixed": self._fixed}
        return readers[kind]()

    def _range(self) -> Range | None:
        bounds = self._bounds()
        log = bool(self._flag("log", default=False))
        step = self._number("step", self._fields["step"]) if "step" in self._fields else None
        given = self._value_type(NUMBER_TYPES)
        if bounds is None:
            return None
        numbers = [*bounds, *([] if step is None else [step])]
        inferred = "int" if all(isinstance(number, int) for number in numbers) else "float"
        value_type = cast("NumberType", given or inferred)
        return Range(self.name, bounds[0], bounds[1], value_type, log=log, step=step)

    def _choice(self) -> Choice | Fixed | None:
        values = self._fields["values"]
        if not isinstance(values, list):
            self._add("values", "is no list", "a choice takes a list of values", f"[{values}]")
            return None
        ordered = self._flag("ordered", default=None)
        if self._has_numbers_as_text("values", values):
            return None
        value_type = self._value_type(VALUE_TYPES) or (infer_type(values) if values else "float")
        if value_type is None:
            takes = "all are numbers, all are text, or all are true or false"
            self._add("values", "mixes types", takes, str([str(value) for value in values]))
            return None
        if ordered is None:
            # As Ax does by default: only names have no order, and two of them need none.
            ordered = value_type != "str" or len(values) == 2  # noqa: PLR2004 - see above
        if len(values) == 1:
            return self._fixed_at(values[0], value_type)
        return Choice(self.name, tuple(values), value_type, ordered)

    def _fixed(self) -> Fixed | None:
        value = self._fields["value"]
        if self._has_numbers_as_text("value", [value]):
            return None
        return self._fixed_at(value, self._value_type(VALUE_TYPES))

    def _fixed_at(self, value: object, value_type: ValueType | None) -> Fixed | None:
        try:
            kept = value if value_type is None else cast_value(value, value_type)
        except ValueError:
            self._add(
                "value_type",
                f"does not go with {value!r}",
                "it is the type of the value",
                infer_type([value]),
            )
            return None
        return Fixed(self.name, cast("ParameterValue", kept))

    def _bounds(self) -> list[float] | None:
        bounds = self._fields["bounds"]
        if not isinstance(bounds, list) or len(bounds) != 2:  # noqa: PLR2004 - a lower and an upper one
            self._add("bounds", "are not two numbers", "a range takes a lower and an upper bound", "[0.0, 1.0]")
            return None
        numbers = [self._number("bounds", bound) for bound in bounds]
        return [number for number in numbers if number is not None] if None not in numbers else None

    def _number(self, key: str, value: object) -> float | None:
        if isinstance(value, int | float) and not isinstance(value, bool):
            if isinstance(value, int) and abs(value) > sys.float_info.max:
                self._add(key, "is too large", "numbers reach about 1.8e308", EXAMPLES.get(key, "1"))
                return None
            return value
        if not self._is_number_as_text(key, value):
            self._add(key, f"has {value!r}, no number", "it takes numbers", EXAMPLES.get(key, "1"))
        return None

    def _is_number_as_text(self, key: str, value: object) -> bool:
        """Tell whether ``value`` is a text that means a number, and note it as a fault."""
        try:
            number = float(value) if isinstance(value, str) else None
        except ValueError:
            return False
        if number is None:
            return False
        # YAML's numbers with an exponent have a point: it reads 1e-05 as text.
        shown = repr(number) if "." in repr(number) else repr(number).replace("e", ".0e")
        path = key_of(self.name)
        takes = "numbers stand without quotes, and have a point before an exponent"
        remedy = f"Write {shown} in {path}.{key}" + ("" if key in {"bounds", "step"} else ", or add value_type: str")
        self.faults.append(Fault(f"{path}.{key}={self._fields[key]} has {value!r}, a text", takes, remedy))
        return True

    def _has_numbers_as_text(self, key: str, values: Sequence[object]) -> bool:
        if self._fields.get("value_type") == "str":
            return False
        found = [self._is_number_as_text(key, value) for value in values]
        return any(found)

    def _flag(self, key: str, *, default: bool | None) -> bool | None:
        value = self._fields.get(key, default)
        if value is None or isinstance(value, bool):
            return value
        self._add(key, "is neither true nor false", "it takes one of them", "true")
        return default

    def _value_type(self, allowed: Collection[str]) -> ValueType | None:
        given = self._fields.get("value_type")
        if given is None or given in allowed:
            return cast("ValueType | None", given)
        close = difflib.get_close_matches(str(given), allowed, n=1, cutoff=0.3)
        takes = f"it takes {', '.join(allowed)}"
        self._add("value_type", "is unknown", takes, (close or ["float"])[0])
        return None

    def _key_faults(self, kind: str) -> Iterator[Fault]:
        for key in self._fields:
            if key == "type" or key in KEYS[kind]:
                continue
            path = f"{key_of(self.name)}.{key}"
            takes = f"a {kind} takes {', '.join(KEYS[kind])}"
            close = difflib.get_close_matches(key, KEYS[kind], n=1)
            if any(key in keys for keys in KEYS.values()):
                # Hydra merges an override into what the file says, so keys of the former kind stay behind.
                yield Fault(f"{path} has no effect on a {kind}", takes, f"Remove it: ~{path}")
            else:
                remedy = f"Did you mean {close[0]}" if close else f"Remove it: ~{path}"
                if kind == "range" and key in _SCALES:
                    remedy = f"Write log: true in its place for a log scale, else remove it: ~{path}"
                yield Fault(f"{path} is unknown", takes, remedy)

    def _fault_of_kind(self, kind: object) -> None:
        close = difflib.get_close_matches(str(kind), KEYS, n=1, cutoff=0.5)
        problem = "is missing" if kind is None else "is unknown"
        fits = [k for k, keys in KEYS.items() if keys[0] in self._fields]
        self._add("type", problem, f"it takes {', '.join(KEYS)}", (close or fits or ["range"])[0])

    def _add(self, key: str, problem: str, allowed: str, value: object) -> None:
        path = f"{key_of(self.name)}.{key}"
        shown = f"{path}={self._fields[key]}" if key in self._fields else path
        self.faults.append(Fault(f"{shown} {problem}", allowed, f"Set {path}={value}"))
