"""The arguments of this process, before Hydra sees them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hpo.app.invocation import OUTPUTS
from hpo.errors import HpoError
from hpo.study import StoredStudy, StudyPaths

_NEW = {"new", "warm_start"}  # the modes that make a study, and take nothing from one of its name


@dataclass(frozen=True)
class CommandLine:
    """What was typed, and what it means to Hydra.

    To change one key of a study that lies on the disk, Hydra has to compose the config which that key belongs to:
    with ``restart=resume study=NAME`` and the like, the overrides with which the study was made come first.

    Attributes:
        typed: The arguments as they were typed.
        completed: The arguments for Hydra.
    """

    typed: tuple[str, ...]
    completed: tuple[str, ...]

    @classmethod
    def of(cls, arguments: Sequence[str]) -> "CommandLine":
        """Return what ``arguments`` mean; a study that cannot be read is left to the checks."""
        typed = tuple(arguments)
        given = {key: value for key, _, value in (text.partition("=") for text in typed)}
        name, mode = given.get("study", ""), given.get("restart", "new")
        if not name or mode in _NEW or "/" in name or {"-m", "--multirun"} & set(typed):
            return cls(typed, typed)
        try:
            stored = StoredStudy.read(StudyPaths(Path(OUTPUTS).absolute() / name))
        except HpoError:
            return cls(typed, typed)
        return cls(typed, (*_unsaid(stored.plan.arguments, typed), *typed))


def merged_arguments(earlier: Sequence[str], later: Sequence[str]) -> tuple[str, ...]:
    """Return the arguments of two calls as those of one; what the later call says counts."""
    return (*_unsaid(earlier, later), *later)


def import_from(arguments: Sequence[str]) -> None:
    """Let modules be imported from the folders that ``arguments`` name with --config-dir."""
    for flag, folder in pairwise(arguments):
        if flag == "--config-dir" and folder not in sys.path:
            sys.path.insert(0, folder)


def _unsaid(earlier: Sequence[str], later: Sequence[str]) -> list[str]:
    """Return those of the ``earlier`` arguments about whose key ``later`` says nothing."""
    said = {_key(text) for text in later}
    kept: list[str] = []
    arguments = iter(earlier)
    for text in arguments:
        if text == "--config-dir":
            folder = next(arguments, "")
            if text not in later and Path(folder).is_dir():
                kept += [text, folder]
        elif _key(text) not in said:
            kept.append(text)
    return kept


def _key(override: str) -> str:
    return override.lstrip("+~").partition("=")[0]
