"""The progress reports that a journal holds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from hpo.objective import Objective
from hpo.study.journal import read_events
from hpo.task import Report


def read_reports(journal: Path) -> Iterator[tuple[int, Report]]:
    """Yield the index of a trial and its report, for every report in the journal, oldest first.

    Raises:
        FileNotFoundError: If there is no journal.
        DamagedStudyError: If it is damaged.
    """
    for event in read_events(journal):
        if event["event"] == "reported":
            metrics = cast("Mapping[str, float | str]", event["metrics"])  # NaN and infinity are texts
            report = Report(cast("int", event["step"]), {name: float(value) for name, value in metrics.items()})
            yield cast("int", event["index"]), report


def read_curves(journal: Path, objective: Objective) -> dict[int, dict[int, float]]:
    """Return the objective's values on the way, by trial and step, where it can be computed of what was reported.

    Args:
        journal: The journal; it need not be there.
        objective: What is computed.

    Raises:
        DamagedStudyError: If it is damaged.
    """
    curves: dict[int, dict[int, float]] = {}
    for index, report in read_reports(journal) if journal.exists() else ():
        if objective.screen(report.metrics) is None:
            curves.setdefault(index, {})[report.step] = objective.value(report.metrics)
    return curves
