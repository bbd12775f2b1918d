"""The arguments of this process, before Hydra sees them."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import InputError
from hpo.outputs import OUTPUTS

_FOLDER_FLAG = "--config-dir"
_FOLDER_FLAGS = (_FOLDER_FLAG, "-cd")
VERBOSE = "hydra.verbose=true"  # what -v is short for
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
        """Return what ``arguments`` mean.

        Raises:
            InputError: If there is no study of the name that is to go on.
            DamagedStudyError: If it cannot be understood.
        """
        typed = tuple(VERBOSE if text in {"-v", "--verbose"} else text for text in arguments)
        given = {key: value for key, _, value in (text.partition("=") for text in typed)}
        name, mode = given.get("study", ""), given.get("restart", "new")
        if not name or mode in _NEW or "/" in name or {"-m", "--multirun"} & set(typed):
            return cls(typed, typed)
        # Only here: --help and --cfg job answer sooner without it.
        from hpo.study.paths import StudyPaths  # noqa: PLC0415 - see above
        from hpo.study.stored import StoredStudy  # noqa: PLC0415 - see above

        try:
            stored = StoredStudy.read(StudyPaths(Path(OUTPUTS).absolute() / name))
        except InputError:
            if mode == "auto":
                return cls(typed, typed)
            raise
        folders, _ = folders_and_overrides(stored.plan.arguments)
        if not any(text.startswith(_FOLDER_FLAGS) for text in typed) and not all(Path(f).is_dir() for f in folders):
            return cls(typed, typed)  # study.yaml says the rest
        folders, overrides = _unsaid(stored.plan.arguments, typed)
        first = next((i for i, text in enumerate(typed) if _is_override(text)), len(typed))
        return cls(typed, (*naming(folders), *typed[:first], *overrides, *typed[first:]))


def merged_arguments(earlier: Sequence[str], later: Sequence[str]) -> tuple[str, ...]:
    """Return the arguments of two calls as those of one; what the later call says counts."""
    folders, overrides = _unsaid(earlier, later)
    return (*naming(folders), *overrides, *later)


def import_from(arguments: Sequence[str]) -> None:
    """Let modules be imported from the folders that ``arguments`` name with --config-dir."""
    for folder in folders_and_overrides(arguments)[0]:
        if folder not in sys.path:
            sys.path.insert(0, folder)


def folders_and_overrides(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the folders that follow --config-dir, and all other arguments."""
    folders: list[str] = []
    overrides: list[str] = []
    rest = iter(arguments)
    for text in rest:
        if text == _FOLDER_FLAG and (folder := next(rest, None)) is not None:
            folders.append(folder)
        else:
            overrides.append(text)
    return folders, overrides


def naming(folders: Sequence[str]) -> list[str]:
    """Return the arguments that name ``folders`` with --config-dir."""
    return [part for folder in folders for part in (_FOLDER_FLAG, folder)]


def _unsaid(earlier: Sequence[str], later: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return those folders and overrides of the ``earlier`` arguments about which ``later`` says nothing.

    Another choice of a group takes the keys of the earlier choice with it.
    """
    said = {_key(text) for text in later if _is_override(text)}
    has_folder = any(text.startswith(_FOLDER_FLAGS) for text in later)
    folders, overrides = folders_and_overrides(earlier)
    kept_folders = [] if has_folder else [folder for folder in folders if Path(folder).is_dir()]
    return kept_folders, [text for text in overrides if not any(_is_below(_key(text), key) for key in said)]


def _is_override(text: str) -> bool:
    return not text.startswith("-") and ("=" in text or text.startswith("~"))


def _is_below(key: str, other: str) -> bool:
    return key == other or key.startswith(f"{other}.")


def _key(override: str) -> str:
    return override.lstrip("+~").partition("=")[0]
