"""The studies of a multirun side by side: mean and spread over the seeds."""

import csv
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hpo.multirun.jobs import JobRecord, grouped


@dataclass(frozen=True)
class Row:
    """One line of the comparison: the jobs that differ in the seed only.

    Attributes:
        group: Their common overrides.
        n_studies: How many of them have a best value.
        n_failed: How many failed or have none.
        best_mean, best_std: Mean and standard deviation (with n - 1) of their best values.
        seconds_mean, seconds_std: The same of the seconds from a study's first start to its last end.
    """

    group: str
    n_studies: int
    n_failed: int
    best_mean: float
    best_std: float
    seconds_mean: float
    seconds_std: float


def compare(records: Sequence[JobRecord]) -> list[Row]:
    """Return a row for each group of jobs that differ in the seed only, in the order of the jobs."""
    return [_row(group, members) for group, members in grouped(records).items()]


def write_comparison(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows as a table, one column an attribute of :class:`Row`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, Row.__dataclass_fields__, lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(row) for row in rows)


def mean_and_std(values: Sequence[float]) -> tuple[float, float]:
    """Return mean and standard deviation (with n - 1); NaN for what too few values do not give."""
    mean = statistics.fmean(values) if values else math.nan
    return mean, statistics.stdev(values) if len(values) > 1 else math.nan


def _row(group: str, members: Sequence[JobRecord]) -> Row:
    summaries = [_summary(record) for record in members if record.error is None]
    found = [summary for summary in summaries if summary["best_value"] is not None]
    best = [float(summary["best_value"]) for summary in found]
    seconds = [float(summary["wall_s"]) for summary in found]
    return Row(group, len(found), len(members) - len(found), *mean_and_std(best), *mean_and_std(seconds))


def _summary(record: JobRecord) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(record.paths.summary.read_text(encoding="utf-8"))
    return summary
