"""The result of one benchmark, kept as JSON so that the table can be made from several runs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.row import Row
from hpo.atomic import write_atomically


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one run of a benchmark found, and where.

    Attributes:
        name: The benchmark's.
        title: Its heading.
        is_quick: Whether it was run at small size.
        date: When it began, UTC.
        seconds: How long it took.
        load: Processes that wanted a processor in the minute before.
        machine: Properties of the machine by name.
        versions: Of Python and of libraries, by name.
        rows: The lines of the table.
    """

    name: str
    title: str
    is_quick: bool
    date: str
    seconds: float
    load: float
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    rows: tuple[Row, ...]

    def save(self, folder: Path) -> None:
        """Write it into ``folder``, which is made, over an earlier result of the same benchmark and size."""
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path_of(self.name, folder, is_quick=self.is_quick), json.dumps(asdict(self), indent=1) + "\n")


def path_of(name: str, folder: Path, *, is_quick: bool) -> Path:
    """Return the file of a benchmark's result; quick ones have their own."""
    return folder / (f"{name}.quick.json" if is_quick else f"{name}.json")


def load(name: str, folder: Path, *, is_quick: bool) -> Result | None:
    """Return the last result of a benchmark, or None if there is none."""
    path = path_of(name, folder, is_quick=is_quick)
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text())
    return Result(**{**content, "rows": tuple(Row.from_json(row) for row in content["rows"])})
