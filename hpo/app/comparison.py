"""A multirun's end: its studies side by side, and the mean and spread over seeds."""

import csv
import json
import logging
import math
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from hydra.experimental.callback import Callback
from omegaconf import DictConfig
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from hpo.app.invocation import Invocation
from hpo.atomic import write_atomically
from hpo.study.paths import StudyPaths

log = logging.getLogger(__name__)

JOBS_FOLDER = "jobs"
COMPARISON_FILE = "comparison.csv"
SEED_KEY = "seed"


@dataclass(frozen=True)
class JobRecord:
    """What a job of a multirun leaves for the comparison.

    Attributes:
        number: The job's number.
        study: The study it ran.
        directory: Where the study lies.
        swept: The overrides by which it differs from the other jobs.
        error: Why it failed, or None.
    """

    number: int
    study: str
    directory: str
    swept: tuple[str, ...]
    error: str | None = None

    @classmethod
    def of(cls, invocation: Invocation, error: str | None) -> Self:
        """Return the record of the job that ``invocation`` describes."""
        directory = str(invocation.outputs / invocation.study)
        return cls(invocation.job_number, invocation.study, directory, invocation.swept, error)

    def write(self, sweep_directory: Path) -> None:
        """Leave the record in the multirun's folder."""
        folder = sweep_directory / JOBS_FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / f"{self.number:04d}.json", json.dumps(asdict(self)) + "\n")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the record that :meth:`write` left at ``path``."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**data, "swept": tuple(data["swept"])})

    @property
    def group(self) -> str:
        """What it shares with the jobs that differ in the seed only."""
        return " ".join(text for text in self.swept if text.partition("=")[0] != SEED_KEY)


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


class Comparison(Callback):
    """Hydra calls it when a multirun has run all its jobs."""

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Print the comparison and write ``comparison.csv``; exit with 1 if a job failed.

        Raises:
            SystemExit: If a job failed.
        """
        folder = Path(config.hydra.sweep.dir)
        records = [JobRecord.read(path) for path in sorted((folder / JOBS_FOLDER).glob("*.json"))]
        rows = compare(records)
        write_comparison(folder / COMPARISON_FILE, rows)
        _show(rows, records, folder)
        if any(record.error is not None for record in records):
            raise SystemExit(1)


def compare(records: Iterable[JobRecord]) -> list[Row]:
    """Return a row for each group of jobs that differ in the seed only, in the order of the jobs."""
    groups: dict[str, list[JobRecord]] = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    return [_row(group, members) for group, members in groups.items()]


def write_comparison(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows as a table, one column an attribute of :class:`Row`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, Row.__dataclass_fields__, lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(row) for row in rows)


def _row(group: str, members: Sequence[JobRecord]) -> Row:
    summaries = [_summary(record) for record in members if record.error is None]
    found = [summary for summary in summaries if summary["best_value"] is not None]
    best = [float(summary["best_value"]) for summary in found]
    seconds = [float(summary["wall_s"]) for summary in found]
    return Row(
        group or "all",
        len(found),
        len(members) - len(found),
        *_mean_and_std(best),
        *_mean_and_std(seconds),
    )


def _summary(record: JobRecord) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(StudyPaths(Path(record.directory)).summary.read_text(encoding="utf-8"))
    return summary


def _mean_and_std(values: Sequence[float]) -> tuple[float, float]:
    mean = statistics.fmean(values) if values else math.nan
    return mean, statistics.stdev(values) if len(values) > 1 else math.nan


def _show(rows: Sequence[Row], records: Sequence[JobRecord], folder: Path) -> None:
    table = Table(title="Comparison (mean and standard deviation)", box=SIMPLE)
    table.add_column("", overflow="fold")
    for heading in ("studies", "failed", "best", "±", "seconds", "±"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        numbers = (row.best_mean, row.best_std, row.seconds_mean, row.seconds_std)
        table.add_row(row.group, str(row.n_studies), str(row.n_failed), *(f"{number:.5g}" for number in numbers))
    # A file is as wide as it needs to be.
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(table)
    for record in records:
        if record.error is not None:
            console.print(f"Job {record.number} ({record.study}) failed: {record.error}", markup=False)
    console.print(f"The same as a table: {folder / COMPARISON_FILE}", markup=False, soft_wrap=True)
