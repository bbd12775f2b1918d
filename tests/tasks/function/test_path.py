"""How a function is named, and which names are refused before anything is imported."""

import pickle
import sys
from pathlib import Path

import pytest

from hpo.errors import InputError
from tasks.function import Function
from tests.tasks.function.calling import Write, run


@pytest.mark.parametrize(
    "path", ["mine.objective", "mine:objective", "mine:Model.objective", "mine.partial", "mine:model"]
)
def test_any_callable_can_be_named(write: Write, path: str) -> None:
    """A function, a method, a partial and a callable instance are all found by their paths."""
    write(
        "from functools import partial",
        "def objective(x): return 2 * x",
        "partial = partial(objective)",
        "class Model:",
        "    objective = staticmethod(objective)",
        "    def __call__(self, x): return 2 * x",
        "model = Model()",
    )
    assert run(Function(path), x=3) == 6


def test_a_function_in_a_package_can_be_named(tmp_path: Path, write: Write) -> None:
    """A path may have any number of packages before the module."""
    package = tmp_path / "of_mine" / "deep"
    package.mkdir(parents=True)
    (package / "down.py").write_text("def objective(x): return -x\n")
    assert run(Function("of_mine.deep.down.objective"), x=3) == -3


def test_nothing_is_imported_before_it_is_needed(write: Write) -> None:
    """Making and pickling a task does not import the function's module."""
    write("raise AssertionError('imported')")
    pickle.dumps(Function("mine.objective"))
    assert "mine" not in sys.modules


def test_it_survives_pickling(write: Write) -> None:
    """A task whose function has been imported is the same after the way to a worker."""
    write("objective = lambda x, n: x * n")
    task = Function("mine.objective", fixed={"n": 2}, metrics=frozenset({"loss"}))
    task.check()
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301 - pickled one call before


def test_a_function_that_is_not_set_is_a_fault() -> None:
    """The null of the option's file asks for a function."""
    with pytest.raises(InputError, match=r"^task\.function is not set \(.*\)\. Set task\.function="):
        Function(None)  # type: ignore[arg-type] # what the YAML file holds


@pytest.mark.parametrize(
    "path", ["objective", "mine.", ".mine.objective", "a:b:c", "my-file.objective", "mine objective"]
)
def test_a_path_without_a_module_is_a_fault(path: str) -> None:
    """Text that cannot be a path is refused before anything is imported."""
    with pytest.raises(InputError, match=r"is not the path of a function \(it takes package\.module\.name"):
        Function(path)


def test_all_faults_of_the_settings_are_reported_together() -> None:
    """One error holds every malformed setting."""
    with pytest.raises(InputError) as caught:
        Function("objective", fixed=[1], metrics="loss")  # type: ignore[arg-type] # what a YAML file may hold
    assert [fault.what.split("=")[0] for fault in caught.value.faults] == [
        "task.function",
        "task.fixed",
        "task.metrics",
    ]


@pytest.mark.parametrize(
    ("settings", "name"), [({}, "objective"), ({"name": "mine"}, "mine"), ({"name": None}, "objective")]
)
def test_it_is_called_by_the_last_part_of_its_path(settings: dict[str, str], name: str) -> None:
    """A task without a name of its own is called like its function."""
    assert Function("package.mine.objective", **settings).name == name  # type: ignore[arg-type] # null in YAML
