"""The page of a multirun: its studies side by side, with the spread over the seeds."""

import math
import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import yaml

from hpo.atomic import write_atomically
from hpo.errors import HpoError
from hpo.multirun.comparison import Row, compare
from hpo.multirun.jobs import JobRecord, grouped, read_jobs
from hpo.report.comparison_figure import LOG_WORDS, WORDS, curves_figure, has_log_axis
from hpo.report.curve import Curve
from hpo.report.file_names import REPORT_FILE
from hpo.report.page import Link, Section, Table, page
from hpo.status.wording import duration, number
from hpo.study.results import Results
from hpo.study.stored import StoredStudy
from hpo.versions import versions


@dataclass(frozen=True)
class Compared:
    """A study of the multirun.

    Attributes:
        record: Its job.
        results: What is known of it; None if nothing can be read.
        question: Its task and objective; only the same can be compared.
    """

    record: JobRecord
    results: Results | None
    question: str


def write_comparison_page(folder: Path, path: Path) -> None:
    """Write the page of the multirun in ``folder`` to ``path``, atomically.

    Raises:
        OSError: If the file cannot be written, or a record of a job cannot be read.
    """
    records = read_jobs(folder)
    studies = [_compared(record) for record in records]
    n_failed = sum(record.error is not None for record in records)
    failed = f", {n_failed} of them failed" if n_failed else ""
    written = datetime.now().astimezone().isoformat(timespec="seconds")
    subtitle = f"a multirun of {len(records)} studies{failed}; written {written}"
    sections = [
        _table(compare(records)),
        *_questions(studies),
        _list_of(studies, path.absolute().parent),
        _provenance(folder),
    ]
    write_atomically(path, page(folder.absolute().name, subtitle, sections))


def _compared(record: JobRecord) -> Compared:
    try:
        stored = StoredStudy.read(record.paths)
        results = stored.results()
    except HpoError:  # of a job that failed before it had a study; its row says why
        return Compared(record, None, "")
    task = stored.config.get("task", {})
    name = task.get("name") or task.get("function") or str(task.get("_target_", "")).rpartition(".")[2]
    return Compared(record, results, f"{name}: {results.objective.direction} {results.objective.metric}")


def _table(rows: Sequence[Row]) -> Section:
    head = ("", "studies", "failed", "best", "±", "seconds", "±")
    cells = [
        (
            row.group,
            str(row.n_studies),
            str(row.n_failed),
            *map(_digits, (row.best_mean, row.best_std, row.seconds_mean, row.seconds_std)),
        )
        for row in rows
    ]
    words = "Mean and standard deviation over the studies that differ in the seed only."
    return Section("Comparison", words=[words], tables=[Table(head, cells)])


def _questions(studies: Sequence[Compared]) -> Iterator[Section]:
    """Yield a section for each task and objective; others cannot be drawn on the same axis."""
    for question in dict.fromkeys(study.question for study in studies if study.results is not None):
        asked = {study.record.study: study for study in studies if study.question == question}
        curves = {
            group: [_curve(asked[record.study]) for record in records]
            for group, records in grouped([study.record for study in asked.values()]).items()
        }
        drawn = {
            group: begun
            for group, found in curves.items()
            if (begun := [curve for curve in found if any(value is not None for value in curve.best)])
        }
        if not drawn:
            has_completed = any(curve.trials for found in curves.values() for curve in found)
            nothing = "No trial keeps to the outcome constraints yet." if has_completed else "No trial completed yet."
            yield Section(question, words=[nothing])
            continue
        metric = next(study.results.objective.metric for study in asked.values() if study.results is not None)
        figures = {
            "By completed trials": curves_figure(drawn, metric, by_time=False),
            "By time": curves_figure(drawn, metric, by_time=True),
        }
        words = [f"{WORDS} {LOG_WORDS}" if has_log_axis(drawn) else WORDS]
        yield Section(question, words=words, figures=figures)


def _curve(study: Compared) -> Curve:
    if study.results is None:
        raise AssertionError("a study that cannot be read asks no question")
    return Curve.of(study.results, study.record.study)


def _list_of(studies: Sequence[Compared], folder: Path) -> Section:
    """Return the studies one by one, with links from ``folder`` to the reports that there are."""
    rows: list[Sequence[str | Link]] = []
    for study in studies:
        results, error = study.results, study.record.error
        report = study.record.paths.root / REPORT_FILE
        link = quote(Path(os.path.relpath(report, folder)).as_posix()) if report.is_file() else None
        best = None if results is None else results.best
        rows.append(
            (
                study.record.study if link is None else Link(study.record.study, link),
                "" if results is None or best is None else number(results.value(best)),
                "" if results is None else str(results.n_ended),
                "" if results is None else duration(results.wall_s),
                (error or "").partition("\n")[0],
            )
        )
    return Section("Studies", tables=[Table(("study", "best", "trials", "time", "failed because"), rows)])


def _provenance(folder: Path) -> Section:
    rows = [
        ("directory", str(folder.absolute())),
        *(("command", shlex.join(["python", "-m", "hpo", "-m", *asked])) for asked in [_asked(folder)] if asked),
        ("this page again", shlex.join(["python", "-m", "hpo.report", str(folder)])),
        *versions().items(),
    ]
    return Section("How it was made", tables=[Table((), rows)])


def _asked(folder: Path) -> list[str]:
    """Return the arguments of the multirun, which Hydra keeps in its folder; none if it did not."""
    record = folder / "multirun.yaml"
    if not record.is_file():
        return []
    hydra = yaml.safe_load(record.read_text(encoding="utf-8"))["hydra"]
    own = [each["path"] for each in hydra["runtime"]["config_sources"] if each["provider"] == "command-line"]
    return [part for path in own for part in ("--config-dir", path)] + [*map(str, hydra["overrides"]["task"])]


def _digits(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.5g}"
