"""What this package says of Ax is what Ax does."""

import warnings

import pytest

from hpo.inequality import names_ax_cannot_parse
from hpo.space import build_space

pytestmark = pytest.mark.slow  # importing Ax takes seconds


def parsed_by_ax(text: str) -> tuple[dict[str, float], float]:
    """Return the weights and the bound that Ax reads in ``text``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Ax's own imports
        from ax.core.parameter_constraint import ParameterConstraint  # noqa: PLC0415 - after the filter
    constraint = ParameterConstraint(inequality=text)
    return dict(constraint.constraint_dict), constraint.bound


@pytest.mark.parametrize(
    "text", ["a <= 2*b", "1e-5*a - 3e-7*b <= 1e-9", "a + b <= 1.5", "1e4*a <= 0.1*b + 1/3", "b >= 0.25"]
)
def test_ax_reads_the_canonical_text_as_it_is_meant(text: str) -> None:
    """Weights and bound arrive in Ax unchanged, also in scientific notation."""
    unit = {"type": "range", "bounds": [0.0, 1.0]}
    (constraint,) = build_space({"a": unit, "b": unit}, [text]).constraints
    assert parsed_by_ax(constraint.canonical_text) == (constraint.coefficients, constraint.bound)


@pytest.mark.parametrize(
    "name", ["alpha", "beta", "gamma", "N", "oo", "min", "id", "type", "lr", "a__dot__b", "e", "S1", "_x"]
)
def test_names_are_told_apart_as_ax_does(name: str) -> None:
    """A name counts as unreadable exactly where Ax raises an error or reads something else."""
    try:
        is_read = parsed_by_ax(f"2.0*{name} + -1.0*a <= 3.0") == ({name: 2.0, "a": -1.0}, 3.0)
    except (ValueError, TypeError):
        is_read = False
    assert bool(names_ax_cannot_parse([name])) is not is_read
