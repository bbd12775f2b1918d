"""What was found, for people."""

import textwrap
from collections.abc import Sequence

from hpo.doctor.examination import worst
from hpo.doctor.finding import Finding, Level

_CONCLUSIONS = {
    Level.OK: "A study would run here.",
    Level.WARNING: "A study would run here; see the warnings.",
    Level.FAULT: "A study would fail here; see the faults.",
}
_LEVEL, _CHECK = 9, 13  # columns


def findings_text(findings: Sequence[Finding], width: int) -> str:
    """Return the findings as lines of at most ``width`` columns, but for long paths and remedies, and the conclusion.

    Args:
        findings: In the order in which they are shown.
        width: Columns, some 60 or more.
    """
    lines = [line for finding in findings for line in _lines(finding, width)]
    counts = [(level, sum(finding.level is level for finding in findings)) for level in (Level.FAULT, Level.WARNING)]
    counted = ", ".join(f"{n} {level}{'s'[: n > 1]}" for level, n in counts if n)
    return "\n".join([*lines, "", _CONCLUSIONS[worst(findings)] + (f" ({counted})" if counted else ""), ""])


def _lines(finding: Finding, width: int) -> list[str]:
    indent = " " * (_LEVEL + _CHECK)
    head = f"{finding.level:<{_LEVEL}}{finding.check:<{_CHECK}}"
    lines = _wrapped(finding.what, width, head, indent)
    # A command is copied as it stands.
    return lines if finding.remedy is None else [*lines, f"{indent}-> {finding.remedy}"]


def _wrapped(text: str, width: int, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )
