"""What a function may return."""

import pytest

from hpo.task import Metrics
from tasks.function import Function
from tests.tasks.function.calling import Write, run


def returning(write: Write, expression: str) -> float | Metrics:
    write(
        "import fractions",
        "import numpy as np",
        "import torch",
        "def objective():",
        f"    return {expression}",
    )
    return run(Function("mine.objective"))


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
