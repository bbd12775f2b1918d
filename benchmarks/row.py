"""What a benchmark finds out: rows of the table, and what they were made from."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self


@dataclass(frozen=True)
class Goal:
    """What a figure should be.

    Attributes:
        sign: Whether ``bound`` is the least or the most.
        bound: The limit, in the figure's unit.
    """

    sign: Literal[">=", "<="]
    bound: float

    def is_met(self, figure: float) -> bool:
        """Tell whether ``figure`` is on the right side."""
        return figure >= self.bound if self.sign == ">=" else figure <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.sign == '>=' else '≤'} {self.bound:g}"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured, in words.
        figure: The share, the ratio or the value; None where there is none.
        half_width: Half of the 95 % confidence interval of ``figure``; None where it was measured once.
        goal: What it should be.
        beside: What it is to be compared with, from the same run, in words.
        error: Why there is no figure.
        raw: What the figure was computed from, as JSON can hold it.
    """

    what: str
    figure: float | None = None
    half_width: float | None = None
    goal: Goal | None = None
    beside: str = ""
    error: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Return the row that :meth:`to_json` was asked of."""
        goal = content["goal"]
        return cls(**{**content, "goal": None if goal is None else Goal(**goal)})
