"""Arithmetic on names, as people type it in a config.

Python's grammar parses it, a whitelist checks and evaluates it; ``eval`` has no part in it.
"""

import ast
import difflib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hpo.errors import Fault


def _least(*values: float) -> float:
    """Return the minimum; NaN if any is NaN, which Python's ``min`` hides or not depending on the order."""
    return math.nan if any(math.isnan(value) for value in values) else min(values)


def _greatest(*values: float) -> float:
    """Return the maximum; NaN if any is NaN, for the same reason."""
    return math.nan if any(math.isnan(value) for value in values) else max(values)


# `math.pow` raises where `**` would turn to complex numbers.
OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: math.pow,
}
UNARY_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "abs": abs,
    "sqrt": math.sqrt,
    "log": math.log,
    "exp": math.exp,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {**UNARY_FUNCTIONS, "min": _least, "max": _greatest}
MAX_LENGTH = 500  # characters; a longer text can be nested deeper than Python's stack
ALLOWED = f"numbers, names, + - * / **, brackets and {', '.join(FUNCTIONS)}"


class ExpressionError(ValueError):
    """A text is not the arithmetic that was asked for. Whoever parses adds the config key with :meth:`fault`.

    Attributes:
        problem: What is wrong with which part.
        allowed: What would be right.
        remedy: What to type.
    """

    def __init__(self, problem: str, allowed: str, remedy: str) -> None:
        super().__init__(f"{problem} ({allowed}). {remedy}.")
        self.problem = problem
        self.allowed = allowed
        self.remedy = remedy

    def fault(self, key: str, text: object) -> Fault:
        """Return the fault of the config's ``key``, whose value is ``text``."""
        return Fault(f"{key}={text}: {self.problem}", self.allowed, self.remedy)


@dataclass(frozen=True)
class Expression:
    """A number computed from named numbers, such as ``rmse + 0.1*abs(bias)``.

    Args:
        text: The expression as it was typed.

    Raises:
        ExpressionError: If it is anything but arithmetic.
    """

    text: str

    def __post_init__(self) -> None:
        check(self.tree)

    @cached_property
    def tree(self) -> ast.expr:
        """The syntax tree."""
        return parse(self.text)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables, in the order of their appearance."""
        return names_in(self.tree)

    def evaluate(self, values: Mapping[str, float]) -> float:
        """Return the value for the given values of the names.

        What has no finite real value (a division by zero, the logarithm of a negative number, an overflow) is
        NaN or infinite; nothing is raised, and the outcome is screened as invalid later on.

        Raises:
            KeyError: If a name has no value.
        """
        numbers = {name: float(values[name]) for name in self.names}
        try:
            return _evaluated(self.tree, numbers)
        except (ArithmeticError, ValueError):
            return math.nan


def parse(text: str) -> ast.expr:
    """Return the syntax tree of a single expression, not yet checked.

    Raises:
        ExpressionError: If it is no expression by Python's grammar.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"it has {len(text)} characters",
            f"{MAX_LENGTH} at most",
            "Let the task compute it and return a metric",
        )
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "too deeply nested"
        raise ExpressionError(f"it does not parse: {reason}", ALLOWED, "Write it like a + 0.5*b") from None


def names_in(tree: ast.expr) -> tuple[str, ...]:
    """Return the variables of ``tree`` in the order of their appearance, functions left out."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    return tuple(dict.fromkeys(node.id for node in found))


def check(tree: ast.expr) -> None:
    """Let nothing through but arithmetic.

    Raises:
        ExpressionError: If there is anything else, naming that part.
    """
    match tree:
        case ast.Name():
            return
        case ast.Constant(value=value):
            _check_number(tree, value)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            check(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            check(left)
            check(right)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            _check_call(name, arguments)
            for argument in arguments:
                check(argument)
        case _:
            raise _refusal(tree)


def _check_number(tree: ast.expr, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{ast.unparse(tree)} is no real number", ALLOWED, "Write a number")
    try:
        is_finite = math.isfinite(value)
    except OverflowError:
        is_finite = False
    if not is_finite:
        raise ExpressionError("a number in it is too large", "numbers reach about 1.8e308", "Write a smaller number")


def _check_call(name: str, arguments: Sequence[ast.expr]) -> None:
    if name not in FUNCTIONS:
        close = difflib.get_close_matches(name, FUNCTIONS, n=1)
        remedy = f"Did you mean {close[0]}()" if close else "Let the task return what you need as a metric"
        raise ExpressionError(f"{name}() is not a known function", ALLOWED, remedy.rstrip("."))
    if not arguments or (name in UNARY_FUNCTIONS and len(arguments) > 1):
        takes = "one argument" if name in UNARY_FUNCTIONS else "one or more arguments"
        raise ExpressionError(f"{name}() has {len(arguments)} arguments", f"it takes {takes}", f"Write {name}(a)")


def _refusal(tree: ast.expr) -> ExpressionError:
    part = ast.unparse(tree)
    match tree:
        case ast.BinOp(op=ast.BitXor()):
            return ExpressionError(f"{part}: ^ is not a power", ALLOWED, f"Write {part.replace('^', '**')}")
        case ast.Attribute():
            problem = f"{part} has a dot"
            return ExpressionError(problem, "names are letters, digits and underscores", "Rename it")
        case _:
            return ExpressionError(f"{part} is not arithmetic", ALLOWED, "Leave it out")


def _evaluated(tree: ast.expr, values: Mapping[str, float]) -> float:
    match tree:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=op, operand=operand):
            value = _evaluated(operand, values)
            return -value if isinstance(op, ast.USub) else value
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](_evaluated(left, values), _evaluated(right, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return FUNCTIONS[name](*(_evaluated(argument, values) for argument in arguments))
    raise TypeError(f"{ast.unparse(tree)} was not checked")
