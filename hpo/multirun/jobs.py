"""What the jobs of a multirun leave in its folder."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from hpo.atomic import write_atomically
from hpo.study.paths import StudyPaths

JOBS_FOLDER = "jobs"
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
        return " ".join(text for text in self.swept if text.partition("=")[0] != SEED_KEY) or "all"

    @property
    def paths(self) -> StudyPaths:
        """Where the study lies."""
        return StudyPaths(Path(self.directory))


def is_multirun(folder: Path) -> bool:
    """Tell whether ``folder`` is that of a multirun."""
    return (folder / JOBS_FOLDER).is_dir()


def read_jobs(folder: Path) -> Sequence[JobRecord]:
    """Return what the jobs of the multirun in ``folder`` left, in their order."""
    return [JobRecord.read(path) for path in sorted((folder / JOBS_FOLDER).glob("*.json"))]


def grouped(records: Sequence[JobRecord]) -> dict[str, list[JobRecord]]:
    """Return the jobs that differ in the seed only, by what they share, in the order of the jobs."""
    groups: dict[str, list[JobRecord]] = {}
    for record in records:
        groups.setdefault(record.group, []).append(record)
    return groups
