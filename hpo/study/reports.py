"""The progress reports that a journal holds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

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
