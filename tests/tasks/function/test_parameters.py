"""What a function takes: parameters, fixed arguments, the context of its trial."""

import pytest

from hpo.errors import InputError
from hpo.task import Signature
from tasks.function import Function
from tests.tasks.function.calling import Write, complaint, run


def test_the_signature_follows_the_function(write: Write) -> None:
    """Parameters without a default are required and the others optional, keyword-only ones included."""
    write("def objective(a, b=1, *, c, d=2): return 0.0")
    assert Function("mine.objective").signature == Signature(
        frozenset("ac"), frozenset("bd"), defaults={"b": 1, "d": 2}
    )


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
