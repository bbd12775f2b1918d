"""Trials from a CSV file: a ``trials.csv`` of this program, or any table with a row a trial."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import Fault, HpoError, InputError, raise_faults
from hpo.objective import OBJECTIVE_METRIC, Objective
from hpo.space import Parameter, SearchSpace
from hpo.study import Status, StoredStudy, StudyPaths
from hpo.study.columns import FIRST_COLUMNS, LAST_COLUMNS
from hpo.task import Metrics, ParameterValue

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Candidate:
    """A trial of a source, before it is known whether it fits.

    Attributes:
        parameters: What the source says of parameters, by name.
        metrics: What it says of metrics, by name.
        place: Where in the source it is: ``trial 7``, ``line 3``.
        flaw: Why it is no data whatever the space; None if it may be.
    """

    parameters: Mapping[str, ParameterValue]
    metrics: Metrics
    place: str
    flaw: str | None = None


def read_csv(path: Path, shown: str, space: SearchSpace, objective: Objective) -> list[Candidate]:
    """Return the trials in the file at ``path``, a row each, in the order of the rows.

    Args:
        path: A file in UTF-8 whose first row names the columns, with commas, semicolons or tabs between them.
        shown: How messages call it: its config key and value.
        space: Its parameters' columns are read, each as its parameter's type; an empty cell is a missing value.
        objective: The metrics it needs are read. A ``trials.csv`` of this program gives all its metrics.

    Raises:
        InputError: If it is no such file.
        OSError: If it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = max(DELIMITERS, key=lambda mark: len(_known(_header(text, mark), space, objective)))
        records = list(_records(text, delimiter))
    except UnicodeDecodeError:
        takes = "it takes a CSV file"
        raise InputError(Fault(f"{shown} is no text in UTF-8", takes, "Save it as CSV in UTF-8")) from None
    except csv.Error as error:
        takes = "each quoted cell of a CSV file ends with its quote"
        raise InputError(Fault(f"{shown} is no CSV file: {error}", takes, "Mend it, or name another file")) from None
    header = [cell.strip() for cell in records[0][1]] if records else []
    raise_faults(_header_faults(header, shown, space, objective))
    table = _Table(header, space, objective, _names_of_its_study(path))
    return [table.candidate(line, cells) for line, cells in records[1:]]


class _Table:
    """The columns of a file, and what its rows mean."""

    def __init__(self, header: Sequence[str], space: SearchSpace, objective: Objective, former: Sequence[str]) -> None:
        self._header = header
        self._types = {parameter.name: parameter for parameter in space.parameters}
        self._needed = objective.names
        self._is_own = _is_own(header)
        # What a study called a parameter is no metric, and whether the new space has it shows later.
        self._parameters = [name for name in header if name in space.names or (self._is_own and name in former)]

    def candidate(self, line: int, cells: Sequence[str]) -> Candidate:
        """Return the trial in one row."""
        row = {name: cell for name, cell in zip(self._header, cells, strict=False) if cell.strip()}
        parameters = {name: _value(row[name], self._types.get(name)) for name in self._parameters if name in row}
        metrics = {name: _number(row[name]) for name in row if self._is_metric(name)}
        flaw = self._flaw(row, cells)
        return Candidate(parameters, {n: v for n, v in metrics.items() if v is not None}, f"line {line}", flaw)

    def _is_metric(self, name: str) -> bool:
        if name in self._needed:
            return True
        others = {*self._parameters, *FIRST_COLUMNS, *LAST_COLUMNS, OBJECTIVE_METRIC}
        return self._is_own and name not in others

    def _flaw(self, row: Mapping[str, str], cells: Sequence[str]) -> str | None:
        if any(cell.strip() for cell in cells[len(self._header) :]):
            return f"it has {len(cells)} cells (the header has {len(self._header)})"
        status = row.get("status", "").strip()
        if "status" in self._header and status.casefold() not in {Status.COMPLETED, Status.INVALID}:
            takes = f"of a trial that came to its end it is {Status.COMPLETED} or {Status.INVALID}"
            return f"it is {status}" if status else f"its status is missing ({takes})"
        texts = [f"{name}={row[name]}" for name in self._needed if name in row and _number(row[name]) is None]
        return f"{', '.join(texts)} is no number (a metric is one)" if texts else None


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the first line and the cells of each record that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1


def _header(text: str, delimiter: str) -> list[str]:
    try:
        _, cells = next(_records(text, delimiter), (0, []))
    except csv.Error:  # quotes beside another delimiter
        return []
    return [cell.strip() for cell in cells]


def _known(header: Sequence[str], space: SearchSpace, objective: Objective) -> list[str]:
    return [name for name in header if name in {*space.names, *objective.names}]


def _header_faults(header: Sequence[str], shown: str, space: SearchSpace, objective: Objective) -> Iterator[Fault]:
    known = _known(header, space, objective)
    takes = f"a CSV file has a first row with the columns {', '.join((*space.names, *objective.names))}"
    if not known:
        first = f"its first row is {' '.join(header)[:80]}" if header else "it is empty"
        yield Fault(f"{shown} has no column of them: {first}", takes, "Rename its columns, or name another file")
    twice = [name for name, n in Counter(known).items() if n > 1]
    if twice:
        yield Fault(f"{shown} has the column {', '.join(twice)} twice", takes, "Remove or rename one")


def _is_own(header: Sequence[str]) -> bool:
    return set(FIRST_COLUMNS) <= set(header)


def _names_of_its_study(path: Path) -> tuple[str, ...]:
    """Return the parameters of the study that the file lies in; none if it lies elsewhere."""
    try:
        return StoredStudy.read(StudyPaths(path.parent)).space.names
    except HpoError:  # what is wrong with the study is no fault of its table
        return ()


def _value(text: str, parameter: Parameter | None) -> ParameterValue:
    """Return a cell as its parameter's type, or as text where it is none."""
    if parameter is None:
        return text
    if parameter.value_type == "str":
        return text if parameter.contains(text) else text.strip()
    if parameter.value_type == "bool":
        return {"true": True, "false": False}.get(text.strip().casefold(), text)
    number = _number(text)
    if number is None:
        return text
    try:
        return int(text)  # keeps the digits that a float has no room for
    except ValueError:
        return number


def _number(text: str) -> float | None:
    try:
        return None if "_" in text else float(text)  # 1_000 is a number to Python only
    except ValueError:
        return None
