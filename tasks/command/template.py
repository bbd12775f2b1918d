"""A command line in which names in braces stand for values."""

import shlex
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hpo.errors import Fault
from hpo.task import ParameterValue

SHELL = "/bin/sh"

_FORMATTER = string.Formatter()
_EXAMPLES: tuple[ParameterValue, ...] = (1, 1.0, "a")  # a format fits one of these, or nothing


@dataclass(frozen=True)
class Template:
    """A program and its arguments, with placeholders as ``{name}`` or, with one of Python's formats, ``{name:.3f}``.

    A text is split into arguments before values are put in, so that a value is one argument or a part of one,
    whatever is in it. In a shell's text each value is quoted instead.

    Attributes:
        texts: The program and its arguments, or the one text of a shell.
        in_shell: Whether a shell reads the text.
    """

    texts: tuple[str, ...]
    in_shell: bool = False

    @classmethod
    def of(cls, command: str | Sequence[str], *, in_shell: bool) -> "Template":
        """Return the template of a text, or of a list of arguments.

        Raises:
            ValueError: If the text has a quotation without an end.
        """
        if not isinstance(command, str):
            return cls(tuple(str(text) for text in command))
        return cls((command,), in_shell=True) if in_shell else cls(tuple(shlex.split(command)))

    @property
    def names(self) -> frozenset[str]:
        """The names of the placeholders."""
        return frozenset(name for text in self.texts for name in _names(text))

    def faults(self) -> Iterator[Fault]:
        """Yield the braces that hold no placeholder."""
        for text in self.texts:
            yield from _brace_faults(text)

    def filled(self, values: Mapping[str, ParameterValue]) -> list[str]:
        """Return the program and its arguments, with ``values`` for the placeholders.

        Raises:
            ValueError: If a value does not fit its format.
            KeyError: If a placeholder has no value.
        """
        texts = [self._filled(text, values) for text in self.texts]
        return [SHELL, "-c", *texts] if self.in_shell else texts

    def program(self, values: Mapping[str, ParameterValue]) -> str | None:
        """Return the program, or None if a shell looks for it, or ``values`` do not say which it is."""
        if self.in_shell or any(name not in values for name in _names(self.texts[0])):
            return None
        return self._filled(self.texts[0], values)

    def _filled(self, text: str, values: Mapping[str, ParameterValue]) -> str:
        parts = []
        for literal, name, form, _ in _FORMATTER.parse(text):
            parts.append(literal)
            if name is not None:
                value = _shown(values[name], form or "")
                parts.append(shlex.quote(value) if self.in_shell else value)
        return "".join(parts)


def _names(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in _FORMATTER.parse(text) if name is not None)


def _shown(value: ParameterValue, form: str) -> str:
    return str(value).lower() if isinstance(value, bool) and not form else format(value, form)


def _brace_faults(text: str) -> Iterator[Fault]:
    allowed = "it takes a name in braces, perhaps with a format, as in {x} or {x:.3f}"
    remedy = "Write {{ and }} for braces that the command is to see"
    try:
        fields = list(_FORMATTER.parse(text))
    except ValueError as error:
        yield Fault(f"task.command: {text!r} has braces without a partner ({error})", allowed, remedy)
        return
    for _, name, form, conversion in fields:
        if name is not None and not (name.isidentifier() and conversion is None):
            yield Fault(f"task.command: {{{name}}} is no placeholder", allowed, remedy)
        elif form and not any(_fits(form, example) for example in _EXAMPLES):
            yield Fault(f"task.command: {{{name}:{form}}} has a format that fits no value", allowed, remedy)


def _fits(form: str, value: ParameterValue) -> bool:
    try:
        format(value, form)
    except ValueError:
        return False
    return True
