"""Linear forms and inequalities between them, read from what people type."""

import ast
import builtins
import importlib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType
from typing import Literal

from hpo.expression import OPERATORS, Expression, ExpressionError, check, names_in, parse

Comparison = Literal["<=", ">="]

# By these Ax spells dots, slashes, ... inside names, and turns them back.
PLACEHOLDER = re.compile(r"__(dot|slash|colon|pipe|tilde|space|hyphen|at|lparen|rparen)__")
_TAKES = "it takes one <= or >= between two expressions"
_LINEAR = "sums of parameters times numbers are linear"


@dataclass(frozen=True)
class LinearForm:
    """A sum of names times numbers, plus a number.

    Attributes:
        coefficients: Factor by name; a name that cancels is not in it.
        constant: What is added.
    """

    coefficients: Mapping[str, float]
    constant: float

    @property
    def is_constant(self) -> bool:
        """Whether no name is left."""
        return not self.coefficients

    def plus(self, other: "LinearForm", factor: float = 1.0) -> "LinearForm":
        """Return this form plus ``factor`` times the other."""
        names = dict.fromkeys((*self.coefficients, *other.coefficients))
        sums = {n: self.coefficients.get(n, 0.0) + factor * other.coefficients.get(n, 0.0) for n in names}
        kept = {name: value for name, value in sums.items() if value != 0}
        return LinearForm(kept, self.constant + factor * other.constant)

    def times(self, factor: float) -> "LinearForm":
        """Return ``factor`` times this form."""
        return LinearForm({}, 0.0).plus(self, factor)


@dataclass(frozen=True)
class Inequality:
    """Two expressions and what stands between them.

    Attributes:
        left: The expression on the left, as text.
        op: ``<=`` or ``>=``.
        right: The expression on the right, as text.
        names: The variables of both, in the order of their appearance.
    """

    left: str
    op: Comparison
    right: str
    names: tuple[str, ...]

    def linear_form(self, values: Mapping[str, float] | None = None) -> LinearForm:
        """Return the form that this inequality wants to be at most 0.

        Args:
            values: Names that stand for a number.

        Raises:
            ExpressionError: If a side is not linear in the other names.
        """
        left, right = linear_form(self.left, values), linear_form(self.right, values)
        return _finite(left.plus(right, -1.0) if self.op == "<=" else right.plus(left, -1.0))


def parse_inequality(text: str) -> Inequality:
    """Read ``left <= right`` or ``left >= right``.

    Raises:
        ExpressionError: If it is anything else: a strict inequality, an equality, a chain, no arithmetic.
    """
    match parse(text):
        case ast.Compare(left=left, ops=[ast.LtE() | ast.GtE() as op], comparators=[right]) as tree:
            check(left)
            check(right)
            sign: Comparison = "<=" if isinstance(op, ast.LtE) else ">="
            return Inequality(ast.unparse(left), sign, ast.unparse(right), names_in(tree))
        case tree:
            raise _refusal(tree)


def _refusal(tree: ast.expr) -> ExpressionError:
    match tree:
        case ast.Compare(ops=[ast.Lt() | ast.Gt() as op]):
            strict = "<" if isinstance(op, ast.Lt) else ">"
            return ExpressionError(f"{strict} is a strict inequality", _TAKES, f"Write {strict}=")
        case ast.Compare(ops=[ast.Eq()]):
            remedy = "Write <= or >=, or let the task compute one from the other"
            return ExpressionError("it is an equality", _TAKES, remedy)
        case ast.Compare(ops=[_, _, *_]) | ast.BoolOp():
            return ExpressionError("it is several inequalities", _TAKES, "Make it two entries of the list")
        case _:
            return ExpressionError("it is not an inequality", _TAKES, "Write it like a <= 0.5*b")


def linear_form(text: str, values: Mapping[str, float] | None = None) -> LinearForm:
    """Read a sum of names times numbers.

    Args:
        text: An expression; it may divide by numbers, and use functions and powers of numbers.
        values: Names that stand for a number.

    Raises:
        ExpressionError: If it is not linear in the other names.
    """
    tree = parse(text)
    check(tree)
    return _finite(_linear(tree, values or {}))


def _linear(tree: ast.expr, values: Mapping[str, float]) -> LinearForm:
    unknown = [name for name in names_in(tree) if name not in values]
    if not unknown:
        return LinearForm({}, Expression(ast.unparse(tree)).evaluate(values))
    match tree:
        case ast.Name(id=name):
            return LinearForm({name: 1.0}, 0.0)
        case ast.UnaryOp(op=op, operand=operand):
            return _linear(operand, values).times(-1.0 if isinstance(op, ast.USub) else 1.0)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            sign = 1.0 if isinstance(op, ast.Add) else -1.0
            return _linear(left, values).plus(_linear(right, values), sign)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            return _scaled(tree, _linear(left, values), op, _linear(right, values))
        case _:
            raise ExpressionError(f"{ast.unparse(tree)} is not linear", _LINEAR, "Write a linear one")


def _scaled(tree: ast.expr, left: LinearForm, op: ast.Mult | ast.Div, right: LinearForm) -> LinearForm:
    part = ast.unparse(tree).replace(" ", "")
    if right.is_constant:
        if isinstance(op, ast.Div) and right.constant == 0:
            raise ExpressionError(f"{part} divides by zero", _LINEAR, "Divide by another number")
        return left.times(OPERATORS[type(op)](1.0, right.constant))
    if isinstance(op, ast.Div):
        raise ExpressionError(f"{part} divides by a parameter", _LINEAR, "Multiply both sides by it, or drop it")
    if left.is_constant:
        return right.times(left.constant)
    raise ExpressionError(f"{part} is a product of two parameters", _LINEAR, "Replace one by a number, or fix it")


def _finite(form: LinearForm) -> LinearForm:
    if all(math.isfinite(value) for value in (*form.coefficients.values(), form.constant)):
        return form
    raise ExpressionError("a number in it is not finite", "finite numbers", "Check its divisions and powers")


def names_ax_cannot_parse(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that Ax cannot read in a constraint.

    Ax parses constraints with SymPy, to which ``beta``, ``gamma``, ``N``, ``S``, ``pi``, ... are functions
    and constants (seen with Ax 1.3.1; ``oo`` it even takes for infinity, silently).
    """
    # Takes half a second to import, and is wanted only where there are constraints; it comes with Ax.
    sympy = importlib.import_module("sympy")
    return [
        name
        for name in names
        if hasattr(sympy, name)
        or isinstance(getattr(builtins, name, None), BuiltinFunctionType)
        or PLACEHOLDER.search(name)
    ]
