"""Functions that cannot be imported."""

from pathlib import Path

import pytest

from tests.cli import REPOSITORY
from tests.tasks.function.calling import Write, complaint


def test_a_module_that_is_not_found_says_where_it_was_looked_for() -> None:
    """A missing module is a fault with Python's reason and the working directory."""
    message = complaint("not_there.objective")
    assert message == (
        "task.function=not_there.objective cannot be imported: No module named 'not_there' (Python looked in "
        f"the working directory {Path.cwd()}, in --config-dir and in PYTHONPATH). Start in the folder that "
        "holds not_there, or name that folder with --config-dir or in PYTHONPATH."
    )


def test_a_module_that_is_not_in_its_package_says_which_package_was_found() -> None:
    """A folder of the user's that another package hides is told by the file that hides it."""
    assert f"tasks was found, as {REPOSITORY / 'tasks' / '__init__.py'}" in complaint("tasks.mine.objective")


def test_a_missing_requirement_of_the_module_is_named(write: Write) -> None:
    """If the module is there and what it imports is not, that is what the fault is about."""
    write("import not_there")
    assert "Install what provides 'not_there'" in complaint("mine.objective")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("raise ValueError('no data')", "mine raises ValueError: no data"),
        ("from math import not_there", "mine raises ImportError: cannot import name 'not_there'"),
        ("def", "mine raises SyntaxError: invalid syntax"),
        ("raise SystemExit(2)", "mine raises SystemExit: 2"),
    ],
)
def test_a_module_that_raises_is_a_fault(write: Write, line: str, reason: str) -> None:
    """Whatever a module raises on import is told by its type and text, with how to see the place."""
    write(line)
    message = complaint("mine.objective")
    assert (reason in message, 'python -c "import mine"' in message) == (True, True)


def test_a_name_that_is_not_in_the_module_lists_what_is(write: Write) -> None:
    """A wrong name is a fault that lists the module's own callables."""
    write("import os", "SIZE = 3", "def train(x): return x", "def _hidden(x): return x")
    assert "there is no objective (mine has train). Correct the name" in complaint("mine.objective")


def test_a_value_is_no_function(write: Write) -> None:
    """A name that is not callable is a fault with its type."""
    write("objective = 3")
    assert "task.function=mine.objective is not callable: it is of type int" in complaint("mine.objective")
