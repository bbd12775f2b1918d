"""Whether the optimizer can look ahead, and how it is told not to. Imports no Ax."""

from dataclasses import fields
from typing import Any

from hpo.optimizer import Bayes


def has_look_ahead() -> bool:
    """Tell whether the optimizer can look ahead."""
    return any(field.name == "look_ahead" for field in fields(Bayes))


def bayes_without_look_ahead() -> Bayes:
    """Return ``optimizer=bayes`` with ``look_ahead=0``, or as it is where it knows no such setting."""
    settings: dict[str, Any] = {"look_ahead": 0} if has_look_ahead() else {}
    return Bayes(**settings)
