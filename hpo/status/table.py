"""The studies of a folder, a row each."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from hpo.status.state import State
from hpo.status.study_status import StudyStatus
from hpo.status.wording import duration, number

_HEADINGS = ("study", "stands", "done", "best", "last event")
_MAX_STATE = 24  # columns
_LEAST = {0: 14, 1: 12, 4: 8}  # columns of name, state and last event, which are folded in this order on a full screen
_GAP = "  "

Row = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Unreadable:
    """A study of which only its name is known.

    Attributes:
        name: The name of its directory.
    """

    name: str


def table_text(studies: Sequence[StudyStatus | Unreadable], width: int) -> str:
    """Return a table, one row a study, in at most ``width`` columns; what is longer is folded.

    Args:
        studies: The studies, in the order of the rows.
        width: Columns, some 60 or more.
    """
    rows = [_HEADINGS, *map(_row, studies)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADINGS))]
    widths[1] = min(widths[1], _MAX_STATE)
    for i, least in _LEAST.items():
        n_over = sum(widths) + len(_GAP) * (len(widths) - 1) - width
        widths[i] = min(widths[i], max(least, widths[i] - max(0, n_over)))
    lines = [line for row in rows for line in _folded(row, widths)]
    rule = _GAP.join("-" * column for column in widths)
    return "\n".join([lines[0], rule, *lines[1:], ""])


def _row(study: StudyStatus | Unreadable) -> Row:
    if isinstance(study, Unreadable):
        return (study.name, "unreadable", "-", "-", "-")
    results = study.results
    best = results.best
    last = results.ledger.last_time
    return (
        study.name,
        study.wording if study.state in {State.STOPPED, State.UNKNOWN} else str(study.state),
        f"{study.n_done}/{results.plan.num_trials}",
        "-" if best is None else number(results.value(best)),
        f"{duration(max(0.0, study.now - last))} ago" if last else "-",
    )


def _folded(row: Row, widths: Sequence[int]) -> list[str]:
    cells = [textwrap.wrap(text, width) or [""] for text, width in zip(row, widths, strict=True)]
    lines = []
    for parts in zip_longest(*cells, fillvalue=""):
        aligned = [
            part.rjust(width) if _HEADINGS[i] in {"done", "best"} else part.ljust(width)
            for i, (part, width) in enumerate(zip(parts, widths, strict=True))
        ]
        lines.append(_GAP.join(aligned).rstrip())
    return lines
