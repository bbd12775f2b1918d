"""Trials that a new study takes over from others."""

import difflib
import math
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import Fault, InputError
from hpo.failures import commonest
from hpo.objective import Objective
from hpo.printable import counted
from hpo.restart.csv_source import Candidate, read_csv
from hpo.space import SearchSpace
from hpo.study import Outcome, Status, StoredStudy, StudyPaths, Trial
from hpo.study.screening import screened
from hpo.task import Metrics, ParameterValue

MAX_LINES = 10  # of misfits on the terminal
MAX_PLACES = 12  # of one such line
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)  # x1 is a name, the 1 no number


@dataclass(frozen=True)
class Import:
    """A trial of a source that fits.

    Attributes:
        parameters: A point of the new space: complete, fixed ones included, in their parameters' types.
        metrics: What was measured, by name; finite, and all that the objective needs.
        source: Where it comes from: ``NAME trial 7``, ``old.csv line 3``.
    """

    parameters: Mapping[str, ParameterValue]
    metrics: Metrics
    source: str


@dataclass(frozen=True)
class Misfit:
    """A trial of a source that cannot be taken.

    Attributes:
        source: Where it is: ``NAME trial 7``, ``old.csv line 3``.
        reason: Why not, with the value and what is allowed.
    """

    source: str
    reason: str


def read_sources(
    sources: Sequence[str], space: SearchSpace, objective: Objective, outputs: Path
) -> tuple[list[Import], list[Misfit]]:
    """Return the trials of all sources that fit, and those that do not.

    A trial that several sources have, with the same parameters and needed metrics, is taken once.

    Args:
        sources: Names of studies below ``outputs``, directories of studies, or CSV files. A study may be running.
        space: What the new study searches.
        objective: What it seeks; a source may have sought something else, as long as it has the metrics.
        outputs: The folder of all studies.

    Raises:
        InputError: If a source cannot be read, with every such fault, or if no trial at all fits.
        DamagedStudyError: If a file of a study cannot be understood.
    """
    if isinstance(sources, str) or not isinstance(sources, Sequence) or not sources:
        takes = "it takes a list of studies' names, their directories, or CSV files"
        raise InputError(Fault(f"restart.source={sources} is no list of sources", takes, "Set restart.source=[NAME]"))
    found: list[tuple[str, list[Candidate]]] = []
    faults: list[Fault] = []
    for position, text in enumerate(sources):
        reader = _Reader(f"restart.source[{position}]={text}", space, objective, outputs)
        try:
            found.append(reader.read(text))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(*faults)
    names = _names([name for name, _ in found], sources)
    sieve = _Sieve(space, objective)
    for position, (name, (_, candidates)) in enumerate(zip(names, found, strict=True)):
        for candidate in candidates:
            sieve.take(candidate, f"{name} {candidate.place}", position)
    if not sieve.imports:
        raise InputError(_fruitless(sources, sieve.misfits, space, objective))
    return sieve.imports, sieve.misfits


def misfit_lines(misfits: Sequence[Misfit]) -> list[str]:
    """Return what to print of ``misfits``: a line a source and reason, the commonest first, and a count of the rest.

    Numbers do not tell reasons apart: a line shows the first of those that it stands for.
    """
    groups: dict[tuple[str, str, str], list[Misfit]] = {}
    for misfit in misfits:
        name, what, _ = misfit.source.rsplit(" ", 2)
        groups.setdefault((name, what, _kind(misfit.reason)), []).append(misfit)
    largest = sorted(groups.items(), key=lambda item: -len(item[1]))
    lines = [_line(name, what, group) for (name, what, _), group in largest[:MAX_LINES]]
    left = sum(len(group) for _, group in largest[MAX_LINES:])
    if left:
        lines.append(f"{left} more did not fit, for other reasons ({len(largest) - MAX_LINES} of them)")
    return lines


class _Reader:
    """Reads one source; ``shown`` is its config key and value."""

    def __init__(self, shown: str, space: SearchSpace, objective: Objective, outputs: Path) -> None:
        self._shown = shown
        self._space = space
        self._objective = objective
        self._outputs = outputs

    def read(self, text: object) -> tuple[str, list[Candidate]]:
        """Return what messages call the source, and its trials.

        Raises:
            InputError: If there is no such source, or it cannot be read.
            DamagedStudyError: If it is a damaged study.
        """
        if not isinstance(text, str) or not text.strip():
            raise InputError(Fault(f"{self._shown} is no text", self._allowed(), "Put a name or a path there"))
        try:
            for path in (self._outputs / text, Path(text)):
                if StudyPaths(path).config.is_file():
                    trials = StoredStudy.read(StudyPaths(path.resolve())).results().trials
                    return path.resolve().name, [_candidate(trial) for trial in trials]
            path = Path(text)
            if path.is_file():
                return path.name, read_csv(path, self._shown, self._space, self._objective)
            raise InputError(self._absence(text))
        except OSError as error:
            what = f"{self._shown} cannot be read: {error.strerror or error}"
            raise InputError(Fault(what, self._allowed(), "Make it readable, or name another source")) from error

    def _absence(self, text: str) -> Fault:
        if Path(text).is_dir() or (self._outputs / text).is_dir():
            return Fault(f"{self._shown} is a folder without a study", self._allowed(), "Name one with a study.yaml")
        close = difflib.get_close_matches(text, self._studies, n=1)
        remedy = f"Did you mean {close[0]}" if close else f"Name {self._studies[0] if self._studies else 'another'}"
        return Fault(f"{self._shown} does not exist", self._allowed(), remedy)

    def _allowed(self) -> str:
        there = f"there are {', '.join(self._studies)}" if self._studies else "there is none"
        return f"it takes a study in {self._outputs}, where {there}; a study's directory; or a CSV file"

    @property
    def _studies(self) -> list[str]:
        return sorted(path.parent.name for path in self._outputs.glob("*/study.yaml"))


def _candidate(trial: Trial) -> Candidate:
    flaw = None if trial.is_evaluated else f"it is {trial.status}"
    return Candidate(trial.parameters, trial.metrics, f"trial {trial.index}", flaw)


def _names(short: Sequence[str], typed: Sequence[str]) -> list[str]:
    """Return what to call the sources: their short names, or what was typed where two have the same."""
    counts = Counter(short)
    return [name if counts[name] == 1 else text for name, text in zip(short, typed, strict=True)]


class _Sieve:
    """Parts the trials that fit from those that do not."""

    def __init__(self, space: SearchSpace, objective: Objective) -> None:
        self.imports: list[Import] = []
        self.misfits: list[Misfit] = []
        self._space = space
        self._objective = objective
        self._taken: dict[Hashable, tuple[str, int]] = {}

    def take(self, candidate: Candidate, source: str, position: int) -> None:
        """Put one trial, from the source at ``position``, to the ones or the others."""
        point = self._space.with_fixed(candidate.parameters)
        reason = candidate.flaw or self._misplaced(point) or self._no_data(candidate.metrics)
        if reason is not None:
            self.misfits.append(Misfit(source, reason))
            return
        point = self._space.cast(point)
        needed = tuple(candidate.metrics[name] for name in self._objective.names)
        first, whose = self._taken.setdefault((tuple(point.items()), needed), (source, position))
        if whose != position:
            self.misfits.append(Misfit(source, f"the same as {first}"))
            return
        # Of a metric that the objective does not need, what is no number is worth nothing to a later reader.
        finite = {name: float(value) for name, value in candidate.metrics.items() if math.isfinite(value)}
        self.imports.append(Import(point, finite, source))

    def _misplaced(self, point: Mapping[str, ParameterValue]) -> str | None:
        faults = self._space.check_parameters(point)
        return "; ".join(f"{fault.what} ({fault.allowed})" for fault in faults) or None

    def _no_data(self, metrics: Metrics) -> str | None:
        missing = [name for name in self._objective.names if name not in metrics]
        if missing:
            there = ", ".join(metrics) or "none"
            return f"the metric {', '.join(missing)} is missing (the objective needs it; the trial has {there})"
        broken = [f"{name}={metrics[name]}" for name in self._objective.names if not math.isfinite(metrics[name])]
        if broken:
            return f"{', '.join(broken)} is not finite (the objective needs a finite number)"
        return screened(Outcome(Status.COMPLETED, metrics), self._space, self._objective).reason


def _fruitless(sources: Sequence[str], misfits: Sequence[Misfit], space: SearchSpace, objective: Objective) -> Fault:
    shown = f"restart.source=[{', '.join(sources)}]"
    takes = f"a trial fits that came to its end, is a point of the space ({', '.join(space.names)}), and has "
    takes += ", ".join(objective.names)
    remedy = "Name other sources, fit the space and the objective to these, or leave them out: restart=new"
    if not misfits:
        return Fault(f"{shown} has no trials", takes, remedy)
    reasons = "; ".join(f"{count} of {len(misfits)}: {reason}" for reason, count in commonest(_alike(misfits)))
    return Fault(f"{shown} has no trial that fits: {reasons}", takes, remedy)


def _alike(misfits: Sequence[Misfit]) -> Iterator[str]:
    """Yield the reasons, of those that differ in numbers only the first for all."""
    first: dict[str, str] = {}
    for misfit in misfits:
        yield first.setdefault(_kind(misfit.reason), misfit.reason)


def _kind(reason: str) -> str:
    return _NUMBER.sub("#", reason)


def _line(name: str, what: str, group: Sequence[Misfit]) -> str:
    places = [misfit.source.rsplit(" ", 1)[1] for misfit in group]
    shown = ", ".join(places[:MAX_PLACES]) + (", …" if len(places) > MAX_PLACES else "")
    do = "does" if len(group) == 1 else "do"
    return f"{counted(len(group), what)} of {name} {do} not fit: {group[0].reason} [{what} {shown}]"
