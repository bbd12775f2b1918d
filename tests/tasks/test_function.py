import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from hpo.errors import InputError
from hpo.task import Metrics, ParameterValue, Signature, TrialContext
from tasks.function import Function

CONF = Path(__file__).parents[2] / "conf"
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a module that can be imported, and return its name; the import is forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)

    def module(*lines: str, name: str = "mine") -> str:
        (tmp_path / f"{name}.py").write_text("\n".join(lines) + "\n")
        # Setting before deleting makes monkeypatch forget what the test imports.
        monkeypatch.setitem(sys.modules, name, sys)
        del sys.modules[name]
        return name

    return module


def run(task: Function, index: int = 0, **parameters: ParameterValue) -> float | Metrics:
    return task.run(parameters, TrialContext(index=index, directory=Path.cwd(), seed=0))


def returning(write: Write, expression: str) -> float | Metrics:
    write(
        "import fractions",
        "import numpy as np",
        "import torch",
        "def objective():",
        f"    return {expression}",
    )
    return run(Function("mine.objective"))


def complaint(function: str, **settings: object) -> str:
    with pytest.raises(InputError) as caught:
        Function(function, **settings).check()  # type: ignore[arg-type] # what a YAML file may hold
    return str(caught.value)


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


def test_the_signature_follows_the_function(write: Write) -> None:
    """Parameters without a default are required and the others optional, keyword-only ones included."""
    write("def objective(a, b=1, *, c, d=2): return 0.0")
    assert Function("mine.objective").signature == Signature(frozenset("ac"), frozenset("bd"))


def test_keyword_arguments_take_any_name(write: Write) -> None:
    """A function with **kwargs takes every parameter."""
    write("def objective(a, *more, **others): return a + others['b']")
    task = Function("mine.objective")
    assert (task.signature, run(task, a=1, b=2)) == (Signature(frozenset("a"), takes_any=True), 3)


def test_fixed_arguments_are_given_and_not_tuned(write: Write) -> None:
    """A fixed argument is passed to the function and is no parameter of the task."""
    write("def objective(x, n): return x * n")
    task = Function("mine.objective", fixed={"n": 5})
    assert (task.signature, run(task, x=2)) == (Signature(frozenset("x")), 10)


def test_a_default_applies_when_it_is_not_tuned(write: Write) -> None:
    """An optional parameter that the space leaves out keeps its default."""
    write("def objective(x, n=7): return x * n")
    assert run(Function("mine.objective"), x=2) == 14


@pytest.mark.parametrize(
    "signature",
    [
        "context, x",
        "x, *, context",
        "x, trial: TrialContext",
        "x, trial: 'TrialContext'",
        "x, trial: 'hpo.task.TrialContext'",
        "x, trial: TrialContext | None = None",
        "x, *, trial: Optional[TrialContext] = None",
    ],
)
def test_a_function_may_ask_for_its_context(write: Write, signature: str) -> None:
    """A parameter annotated TrialContext, or an unannotated context, gets the context wherever it is."""
    name = "context" if "context" in signature else "trial"
    write(
        "from typing import Optional",
        "from hpo.task import TrialContext",
        f"def objective({signature}): return 10 * {name}.index + x",
    )
    task = Function("mine.objective")
    assert (task.signature, run(task, index=4, x=2)) == (Signature(frozenset("x")), 42)


def test_postponed_annotations_ask_for_the_context_too(write: Write) -> None:
    """The context is found although its class was only imported for type checking."""
    write(
        "from __future__ import annotations",
        "def objective(x: float, trial: TrialContext): return trial.index",
    )
    assert run(Function("mine.objective"), index=4, x=2) == 4


def test_a_context_of_another_type_is_a_parameter(write: Write) -> None:
    """A parameter that is called context but annotated otherwise can be tuned."""
    write("def objective(context: int): return context")
    assert run(Function("mine.objective"), context=512) == 512


def test_a_fixed_context_is_passed_on(write: Write) -> None:
    """An unannotated context among the fixed arguments gets its fixed value."""
    write("def objective(x, context): return x * context")
    assert run(Function("mine.objective", fixed={"context": 3}), x=2) == 6


@pytest.mark.parametrize(
    "expression",
    [
        "2",
        "2.0",
        "np.float32(2)",
        "np.int64(2)",
        "np.array(2.0)",
        "fractions.Fraction(2)",
        "torch.tensor(2.0)",
        "torch.tensor(2.0, requires_grad=True)",
    ],
)
def test_a_number_becomes_a_float(write: Write, expression: str) -> None:
    """Numbers of Python, numpy and torch all become a plain float."""
    result = returning(write, expression)
    assert (type(result), result) == (float, 2)


def test_metrics_become_floats(write: Write) -> None:
    """A mapping of numbers becomes a mapping of plain floats."""
    result = returning(write, "{'loss': np.float64(0.5), 'n': 3, 'is_done': True}")
    assert result == {"loss": 0.5, "n": 3.0, "is_done": 1.0}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("None", r"None of type NoneType"),
        ("'2'", r"'2' of type str"),
        ("[1.0, 2.0]", r"\[1\.0, 2\.0\] of type list"),
        ("np.ones(1)", r"array\(\[1\.\]\) of type ndarray"),
        ("1 + 2j", r"\(1\+2j\) of type complex"),
        ("np.complex64(1)", r"\(1\+0j\) of type complex64"),
        ("torch.ones(2)", r"tensor\(\[1\., 1\.\]\) of type Tensor"),
    ],
)
def test_anything_else_is_refused(write: Write, expression: str, found: str) -> None:
    """A result that is no single number is refused with its value, its type and what to return instead."""
    with pytest.raises(TypeError, match=f"^objective returned {found}; .* End it with return loss"):
        returning(write, expression)


def test_a_metric_that_is_no_number_is_named(write: Write) -> None:
    """A metric that is no number is refused by its name."""
    with pytest.raises(TypeError, match=r"^objective returned, as metric 'loss', None of type NoneType"):
        returning(write, "{'n': 1, 'loss': None}")


def test_a_metric_without_a_name_is_refused(write: Write) -> None:
    """Names of metrics are strings."""
    with pytest.raises(TypeError, match=r"a metric called 3; names of metrics are strings"):
        returning(write, "{3: 1.0}")


def test_an_error_of_the_function_is_passed_on(write: Write) -> None:
    """What the function raises reaches the caller as it is."""
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        returning(write, "1 / 0")


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
    assert f"tasks was found, as {CONF.parent / 'tasks' / '__init__.py'}" in complaint("tasks.mine.objective")


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


def test_a_callable_without_a_signature_is_a_fault() -> None:
    """A builtin that hides its parameters asks to be wrapped."""
    assert "does not tell its parameters" in complaint("builtins.max")


def test_faults_of_the_call_are_reported_together(write: Write) -> None:
    """Parameters by position only and fixed arguments that are not taken are all in one error."""
    write("def objective(x, /, y): return x")
    with pytest.raises(InputError) as caught:
        Function("mine.objective", fixed={"z": 1}).check()
    assert [str(fault) for fault in caught.value.faults] == [
        (
            "task.function=mine.objective takes 'x' by position only (every parameter is given by its name). "
            "Remove the / from its signature, or wrap it in a def with named parameters."
        ),
        "task.fixed.z is not a parameter of task 'objective' (it takes y). Remove task.fixed.z.",
    ]


def test_keyword_arguments_take_any_fixed_argument(write: Write) -> None:
    """A function with **kwargs may be given any fixed argument."""
    write("def objective(**others): return sum(others.values())")
    assert run(Function("mine.objective", fixed={"z": 1}), x=2) == 3


@pytest.mark.parametrize(
    ("settings", "name"), [({}, "objective"), ({"name": "mine"}, "mine"), ({"name": None}, "objective")]
)
def test_it_is_called_by_the_last_part_of_its_path(settings: dict[str, str], name: str) -> None:
    """A task without a name of its own is called like its function."""
    assert Function("package.mine.objective", **settings).name == name  # type: ignore[arg-type] # null in YAML


def composed(tmp_path: Path, *lines: str, overrides: tuple[str, ...] = ()) -> object:
    """Compose task=mine from a folder beside the project's, as --config-dir does."""
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "mine.yaml").write_text("\n".join(lines) + "\n")
    search = f"hydra.searchpath=[file://{tmp_path}]"
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(overrides=["+task=mine", search, *overrides])
    return instantiate(config.task, _convert_="all")


def test_somebodys_own_file_starts_from_the_option(tmp_path: Path) -> None:
    """A user's task/mine.yaml needs the option's name in its defaults and the function's path."""
    assert composed(tmp_path, "defaults: [function]", "function: mine.objective") == Function("mine.objective")


def test_somebodys_own_file_sets_everything(tmp_path: Path) -> None:
    """Fixed arguments and metrics of a file and of the command line reach the task as plain values."""
    lines = ("defaults: [function]", "function: mine.objective", "fixed: {n: 3}", "metrics: [loss]")
    task = composed(tmp_path, *lines, overrides=("+task.fixed.sizes=[1,2]",))
    assert task == Function("mine.objective", {"n": 3, "sizes": [1, 2]}, frozenset({"loss"}))


def test_the_option_is_set_on_the_command_line() -> None:
    """The option's own file is completed by task.function=."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(overrides=["+task=function", "task.function=mine.objective"])
    assert instantiate(config.task, _convert_="all") == Function("mine.objective")
