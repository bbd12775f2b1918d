"""Files that are either the old or the new version, never half of one."""

import os
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Replace the file at ``path`` by one that holds ``text``, through a temporary name beside it.

    Raises:
        OSError: If the folder cannot be written; the old file is then untouched.
    """
    replace_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_reproducible(path: Path, text: str) -> None:
    """Replace the file at ``path`` as :func:`write_atomically` does, without waiting for the disk.

    For what can be written again from the journal: after a power failure the file may be old or empty.

    Raises:
        OSError: If the folder cannot be written; the old file is then untouched.
    """
    temporary = _temporary_name(path)
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def replace_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a file under a temporary name, flush it to the disk and rename it to ``path``.

    Raises:
        OSError: If the folder cannot be written; the old file is then untouched.
    """
    temporary = _temporary_name(path)
    try:
        write(temporary)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk, so that a power failure undoes no renaming there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _temporary_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")
