"""Arithmetic and inequalities, as they are typed in a config."""

import math
import pickle
import random

import pytest

from hpo.expression import Expression, ExpressionError
from hpo.inequality import linear_form, names_ax_cannot_parse, parse_inequality


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", 3.0),
        ("-a**2", -9.0),
        ("2 + a*b - a/b", 13.25),
        ("2**-1", 0.5),
        ("abs(b - 2*a) + sqrt(b)", 4.0),
        ("log(exp(a))", 3.0),
        ("min(a, b, 5) + max(1, b)", 7.0),
        ("+a - -b", 7.0),
        (" (a\n + b) ", 7.0),
    ],
)
def test_arithmetic_has_its_usual_meaning(text: str, expected: float) -> None:
    """Operators, brackets and functions mean what they mean in Python."""
    assert Expression(text).evaluate({"a": 3.0, "b": 4.0}) == pytest.approx(expected)


def test_names_are_listed_in_order_of_appearance() -> None:
    """Variables come once each, in reading order, without the functions."""
    assert Expression("c*max(b, a) + b/min(a, 1)").names == ("c", "b", "a")


@pytest.mark.parametrize("text", ["1/a", "a/a", "log(a)", "log(a - 1)", "sqrt(a - 1)", "(a - 8)**0.5", "a**-1"])
def test_what_has_no_real_value_is_nan(text: str) -> None:
    """A division by zero, a root or a logarithm of a negative number gives NaN and raises nothing."""
    assert math.isnan(Expression(text).evaluate({"a": 0.0}))


@pytest.mark.parametrize("text", ["a*a", "exp(a)", "a**2"])
def test_an_overflow_is_not_finite(text: str) -> None:
    """What exceeds the largest float is no finite value, and raises nothing."""
    assert not math.isfinite(Expression(text).evaluate({"a": 1e200}))


@pytest.mark.parametrize("text", ["min(a*a - a*a, 1)", "min(1, a*a - a*a)", "max(1, a*a - a*a)"])
def test_minimum_and_maximum_do_not_hide_nan(text: str) -> None:
    """NaN among the arguments of min and max is the result, wherever it stands."""
    assert math.isnan(Expression(text).evaluate({"a": 1e200}))


def test_missing_value_is_named() -> None:
    """A name without a value raises an error that names it."""
    with pytest.raises(KeyError, match="b"):
        Expression("a + b").evaluate({"a": 1.0})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not parse"),
        ("a b", "does not parse"),
        ("a; b", "does not parse"),
        ("a\x00", "does not parse"),
        ("a = 1", "does not parse"),
        ("a^2", r"\^ is not a power .* Write a \*\* 2"),
        ("valid.loss", "valid.loss has a dot"),
        ("a[0]", r"a\[0\] is not arithmetic"),
        ("lambda: 1", "is not arithmetic"),
        ("a if a else b", "is not arithmetic"),
        ("(a, b)", "is not arithmetic"),
        ("a < b", "is not arithmetic"),
        ("a // b", "is not arithmetic"),
        ("a % 2", "is not arithmetic"),
        ("'a'", "is no real number"),
        ("True", "is no real number"),
        ("2j*a", "is no real number"),
        ("1e999*a", "too large"),
        ("9" * 400, "too large"),
        ("sqr(a)", r"Did you mean sqrt\(\)"),
        ("__import__('os')", r"__import__\(\) is not a known function"),
        ("().__class__.__bases__", "has a dot"),
        ("max(*a)", "is not arithmetic"),
        ("max(a, key=b)", "is not arithmetic"),
        ("log(a, 2)", "takes one argument"),
        ("min()", "one or more arguments"),
        ("a+" * 300 + "a", "601 characters"),
        ("(" * 240 + "a" + ")" * 240, "does not parse"),
    ],
)
def test_anything_but_arithmetic_is_refused(text: str, message: str) -> None:
    """Whatever is not on the whitelist is refused, naming the part and what would be right."""
    with pytest.raises(ExpressionError, match=message):
        Expression(text)


@pytest.mark.parametrize("text", ["+".join(["a"] * 250), "-" * 499 + "a", "abs(" * 90 + "a" + ")" * 90])
def test_the_deepest_texts_are_evaluated(text: str) -> None:
    """The limit on the length keeps nesting within Python's stack."""
    assert math.isfinite(Expression(text).evaluate({"a": 0.5}))


def test_expression_survives_pickling() -> None:
    """An expression can be sent to another process."""
    assert pickle.loads(pickle.dumps(Expression("2*a"))).evaluate({"a": 1.0}) == 2.0  # noqa: S301 - our own bytes


def test_linear_form_agrees_with_evaluation() -> None:
    """For random linear expressions the form and the expression have the same value."""
    rng = random.Random(0)
    for _ in range(100):
        p, q, r, s = (round(rng.uniform(-5, 5), 3) for _ in range(4))
        text = f"{p}*a - (b*{q} + {r})/2 + {s}*(a - -b) - sqrt(4)"
        values = {"a": rng.uniform(-10, 10), "b": rng.uniform(-10, 10)}
        form = linear_form(text)
        value = sum(form.coefficients[name] * values[name] for name in form.coefficients) + form.constant
        assert value == pytest.approx(Expression(text).evaluate(values))


def test_names_that_cancel_are_dropped() -> None:
    """A name whose coefficient is zero is not part of the form."""
    assert linear_form("a - b + 3 - a").coefficients == {"b": -1.0}


def test_names_with_a_value_count_as_numbers() -> None:
    """A product with a name that stands for a number is linear."""
    assert linear_form("k*a + k", {"k": 2.0}) == linear_form("2*a + 2")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a - b*c", r"b\*c is a product of two parameters"),
        ("(a + b)*c", r"\(a\+b\)\*c is a product of two parameters"),
        ("a/b", "a/b divides by a parameter"),
        ("a/0", "a/0 divides by zero"),
        ("a**2", r"a \*\* 2 is not linear"),
        ("max(a, 1)", r"max\(a, 1\) is not linear"),
        ("a + 1/0", "not finite"),
        ("a*1e308*10", "not finite"),
    ],
)
def test_what_is_not_linear_is_refused(text: str, message: str) -> None:
    """The part that is not linear is named."""
    with pytest.raises(ExpressionError, match=message):
        linear_form(text)


@pytest.mark.parametrize(
    ("text", "coefficients", "constant"),
    [
        ("a <= 0.5*b + 1", {"a": 1.0, "b": -0.5}, -1.0),
        ("a >= 2*b", {"b": 2.0, "a": -1.0}, 0.0),
        ("1e-5*a <= 3e2", {"a": 1e-05}, -300.0),
    ],
)
def test_inequality_becomes_a_form_that_is_at_most_zero(
    text: str, coefficients: dict[str, float], constant: float
) -> None:
    """Either sign gives the form that has to be at most zero."""
    form = parse_inequality(text).linear_form()
    assert (form.coefficients, form.constant) == (coefficients, constant)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a < b", "Write <="),
        ("a > b", "Write >="),
        ("a == b", "it is an equality"),
        ("0 <= a <= b", "two entries"),
        ("a <= b and b <= c", "two entries"),
        ("a + b", "not an inequality"),
        ("a != b", "not an inequality"),
        ("a <= b.c", "has a dot"),
    ],
)
def test_other_relations_are_refused(text: str, message: str) -> None:
    """Strict inequalities, equalities and chains are refused with what to write instead."""
    with pytest.raises(ExpressionError, match=message):
        parse_inequality(text)


def test_names_with_a_meaning_to_sympy_are_found() -> None:
    """Names that Ax could not read in a constraint are told from ordinary ones."""
    names = ["lr", "beta", "a", "max", "oo", "N", "id", "int", "a__dot__b", "n_features", "_x"]
    assert names_ax_cannot_parse(names) == ["beta", "max", "oo", "N", "id", "a__dot__b"]
