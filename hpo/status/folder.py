"""Which studies a folder holds, and what to say where there is none."""

import difflib
from pathlib import Path

from hpo.errors import Fault, HpoError, InputError

_MARK = "study.yaml"  # every study has it from its first moment on


def is_study(path: Path) -> bool:
    """Tell whether ``path`` is the directory of a study.

    Raises:
        OSError: If that cannot be seen.
    """
    return (path / _MARK).is_file()


def studies_in(folder: Path) -> list[Path]:
    """Return the studies in ``folder``, by name, without those that are being made at this moment.

    Raises:
        OSError: If it is no folder, or cannot be read.
    """
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and is_study(path))


def require_study(path: Path) -> None:
    """Make sure that ``path`` is the directory of a study.

    Raises:
        InputError: If it is not.
        HpoError: If that cannot be seen.
    """
    try:
        found = is_study(path)
    except OSError as error:
        raise HpoError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not found:
        raise InputError(absence(path))


def absence(path: Path) -> Fault:
    """Return what to say of a ``path`` that is neither a study nor a folder of studies."""
    around = next((parent for parent in path.absolute().parents if is_study(parent)), None)
    what = "is no study and holds none" if path.is_dir() else "is no study" if path.exists() else "does not exist"
    meant = around or _meant(path)
    remedy = "Make a study: python -m hpo" if meant is None else f"Type python -m hpo.status {meant}"
    return Fault(f"{path} {what}", "it takes a study's directory, or a folder of studies such as outputs", remedy)


def _meant(path: Path) -> Path | None:
    """Return the study whose name is that of ``path`` or like it, or a folder that has studies; None without any."""
    folders = {folder: _names_in(folder) for folder in dict.fromkeys([Path("outputs"), path.parent])}
    for folder, names in folders.items():
        close = difflib.get_close_matches(path.name, names, n=1)
        if close:
            return folder / close[0]
    return next((folder for folder, names in folders.items() if names), None)


def _names_in(folder: Path) -> list[str]:
    try:
        return [found.name for found in studies_in(folder)]
    except OSError:
        return []
