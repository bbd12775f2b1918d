"""A multirun's end: its studies side by side, on the terminal, as a table and as a page."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig
from rich.box import SIMPLE
from rich.table import Table

from hpo import terminal
from hpo.app.invocation import Invocation
from hpo.multirun.comparison import Row, compare, write_comparison
from hpo.multirun.jobs import JobRecord, read_jobs
from hpo.report.file_names import COMPARISON_PAGE

log = logging.getLogger(__name__)

COMPARISON_FILE = "comparison.csv"


class Comparison(Callback):
    """Hydra calls it when a multirun has run all its jobs."""

    def on_multirun_end(self, config: DictConfig, **_: Any) -> None:
        """Print the comparison, write ``comparison.csv`` and ``comparison.html``; exit with 1 if a job failed.

        Raises:
            SystemExit: If a job failed.
        """
        folder = Path(config.hydra.sweep.dir)
        records = read_jobs(folder)
        rows = compare(records)
        write_comparison(folder / COMPARISON_FILE, rows)
        _show(rows, records, folder)
        _write_page(folder)
        if any(record.error is not None for record in records):
            raise SystemExit(1)


def record_of(invocation: Invocation, error: str | None) -> JobRecord:
    """Return what the job that ``invocation`` describes leaves for the comparison."""
    directory = str(invocation.outputs / invocation.study)
    return JobRecord(invocation.job_number, invocation.study, directory, invocation.swept, error)


def _write_page(folder: Path) -> None:
    """Write the page; a multirun whose studies are done does not fail for the want of one."""
    path = folder / COMPARISON_PAGE
    try:
        from hpo.report.comparison import write_comparison_page  # noqa: PLC0415 - plotly takes a while to import

        write_comparison_page(folder, path)
    except Exception:
        log.exception("There is no %s. To try again: python -m hpo.report %s", path, folder)
    else:
        terminal.console().print(f"The same with figures: {path}", markup=False, soft_wrap=True)


def _show(rows: Sequence[Row], records: Sequence[JobRecord], folder: Path) -> None:
    table = Table(title="Comparison (mean and standard deviation)", box=SIMPLE)
    table.add_column("", overflow="fold")
    for heading in ("studies", "failed", "best", "±", "seconds", "±"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        numbers = (row.best_mean, row.best_std, row.seconds_mean, row.seconds_std)
        table.add_row(row.group, str(row.n_studies), str(row.n_failed), *(f"{number:.5g}" for number in numbers))
    console = terminal.console()
    console.print(table)
    for record in records:
        if record.error is not None:
            console.print(f"Job {record.number} ({record.study}) failed: {record.error}", markup=False)
    console.print(f"The same as a table: {folder / COMPARISON_FILE}", markup=False, soft_wrap=True)
