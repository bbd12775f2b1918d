"""This program, run as a user runs it, and what it left on the disk."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.benchmark import BenchmarkError
from benchmarks.process import completed, run
from benchmarks.timeline import Span

STUDY = "benchmark"


@dataclass(frozen=True)
class StudyRun:
    """A study that reached its total.

    Attributes:
        summary: The content of ``summary.json``.
        spans: When each trial ran, by index.
        ends: When each outcome was in the journal, in their order; seconds since 1970.
        process_s: Seconds of the whole command.
    """

    summary: Mapping[str, Any]
    spans: tuple[Span, ...]
    ends: tuple[float, ...]
    process_s: float

    @property
    def run_times(self) -> list[float]:
        """Seconds of each trial, by index."""
        return [span.seconds for span in self.spans]


def study(*arguments: str, more: Mapping[str, str] | None = None) -> StudyRun:
    """Run ``python -m hpo`` with these arguments in a temporary directory.

    Args:
        arguments: As on the command line; ``study`` is set here.
        more: Further environment variables.

    Raises:
        BenchmarkError: If it fails, or a trial of it does.
    """
    with TemporaryDirectory(prefix="hpo-benchmark-", ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-m", "hpo", f"study={STUDY}", *arguments]
        ended = run(command, Path(folder), more=more)
        return read(Path(folder) / "outputs" / STUDY, ended.seconds)


def refusal(*arguments: str) -> str:
    """Return the first line that the program says in refusing these arguments, or an empty text.

    Nothing is started.
    """
    with TemporaryDirectory(prefix="hpo-benchmark-", ignore_cleanup_errors=True) as folder:
        ended = completed([sys.executable, "-m", "hpo", *arguments, "--cfg", "job"], Path(folder))
    return ended.stderr.strip().partition("\n")[0] if ended.returncode else ""


def read(root: Path, process_s: float) -> StudyRun:
    """Return the study at ``root``.

    Raises:
        BenchmarkError: If a trial has no data.
    """
    summary = json.loads((root / "summary.json").read_text())
    if set(summary["counts"]) != {"completed"}:
        raise BenchmarkError(f"not every trial completed: {summary['counts']}")
    events = [json.loads(line) for line in (root / "journal.jsonl").read_text().splitlines()]
    completed = [event for event in events if event["event"] == "completed"]
    spans = [Span(event["index"], event["started_at"], event["seconds"]) for event in completed]
    return StudyRun(
        summary=summary,
        spans=tuple(sorted(spans, key=lambda span: span.index)),
        ends=tuple(event["time"] for event in completed),
        process_s=process_s,
    )
