"""What a program says of its trial: reports and metrics, as JSON."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from hpo.task import Metrics, TrialContext

STEP = "step"  # with it a line is a report
CHECKPOINT = "checkpoint"  # what a report may have beside numbers
_BEGINNINGS = tuple("{-0123456789NI")  # of an object and of a number, NaN and Infinity included


class Output:
    """Hears what a program prints.

    Args:
        context: The trial, which gets the reports.

    Attributes:
        metrics: Those of the last line that had any: a number, or numbers by name; None before there is one.
    """

    def __init__(self, context: TrialContext) -> None:
        self._context = context
        self.metrics: float | Metrics | None = None

    def take(self, line: str) -> None:
        """Take a line of the program's standard output.

        A JSON object with a ``step`` is a report. A number by itself counts until there is an object.

        Raises:
            ValueError: If a report names a checkpoint that is not there.
            hpo.task.TrialInterrupted: If the trial is to end with this report.
        """
        said = said_in(line)
        if isinstance(said, Mapping):
            self._take_object(said)
        elif said is not None and not isinstance(self.metrics, Mapping):
            self.metrics = said

    def _take_object(self, said: Mapping[str, object]) -> None:
        metrics = numbers(said)
        step = metrics.pop(STEP, math.nan)
        if metrics:
            self.metrics = metrics
        if math.isfinite(step):
            checkpoint = said.get(CHECKPOINT)
            self._context.report(int(step), metrics, checkpoint=checkpoint if isinstance(checkpoint, str) else None)


def metrics_in(path: Path) -> float | Metrics:
    """Return what a program left in a file: a number, or numbers by name.

    Raises:
        ValueError: If it left no file, or one that holds neither.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError(
            f"the command ended well and left no {path.name}, in which its metrics were expected"
        ) from None
    said = said_in(text)
    if said is None:
        raise ValueError(f"{path.name} holds neither a JSON object nor a number: {text[:100]!r}")
    return numbers(said) if isinstance(said, Mapping) else said


def said_in(text: str) -> Mapping[str, object] | float | None:
    """Return the JSON object or the number that ``text`` is; None if it is neither. All numbers become floats."""
    if not text.lstrip().startswith(_BEGINNINGS):
        return None
    try:
        value: object = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):  # other text that begins like it
        return None
    return value if isinstance(value, Mapping | float) else None


def numbers(said: Mapping[str, object]) -> dict[str, float]:
    """Return what is a number in a JSON object, true and false included."""
    return {name: float(value) for name, value in said.items() if isinstance(value, float | bool)}
