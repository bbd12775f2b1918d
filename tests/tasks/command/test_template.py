import pytest

from tasks.command.template import Template


def filled(command: str, in_shell: bool = False, **values: bool | float | str) -> list[str]:
    return Template.of(command, in_shell=in_shell).filled(values)


@pytest.mark.parametrize("value", ["a b", "$(touch x); rm -rf *", "'", '"', "", "{x}"])
def test_a_value_is_one_argument_whatever_is_in_it(value: str) -> None:
    """The text is split before values are put in, so blanks and quotes of a value mean nothing."""
    assert filled("prog --name={x} {x} 'two words'", x=value) == ["prog", f"--name={value}", value, "two words"]


def test_values_are_written_as_python_reads_them_back() -> None:
    """A float keeps all its digits; true and false are written as JSON has them."""
    assert filled("prog {a} {b} {c}", a=0.1 + 0.2, b=12, c=True) == ["prog", "0.30000000000000004", "12", "true"]


def test_a_placeholder_may_have_a_format() -> None:
    """Formats are those of Python's str.format."""
    assert filled("prog {x:.3f} {n:04d}", x=2 / 3, n=7) == ["prog", "0.667", "0007"]


def test_doubled_braces_are_braces() -> None:
    """A program that wants braces gets them."""
    assert filled("awk 'BEGIN {{ print {x} }}'", x=2) == ["awk", "BEGIN { print 2 }"]


def test_a_value_in_a_shells_text_is_quoted() -> None:
    """Even where the user wants a shell, it does not interpret a value."""
    assert filled("prog {x} | tail -1", in_shell=True, x="a; b") == ["/bin/sh", "-c", "prog 'a; b' | tail -1"]


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("awk '{print $1}'", "{print $1} is no placeholder"),
        ("prog {}", "{} is no placeholder"),
        ("prog {x.real}", "{x.real} is no placeholder"),
        ("prog {x!r}", "{x} is no placeholder"),
        ("prog {x", "braces without a partner"),
        ("prog {x:.3q}", "{x:.3q} has a format that fits no value"),
    ],
)
def test_braces_without_a_placeholder_are_faults(command: str, what: str) -> None:
    """What is in braces is a name, or it is refused."""
    (fault,) = Template.of(command, in_shell=False).faults()
    assert what in fault.what
