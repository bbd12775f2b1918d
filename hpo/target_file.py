"""The file that a command was told to write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hpo.errors import Fault, HpoError


def target_faults(path: Path, file_name: str) -> Iterator[Fault]:
    """Yield what keeps a file from being written at ``path``, the value of ``--output``.

    Args:
        path: Where it is to go.
        file_name: A name for it, where ``path`` is a folder.
    """
    if path.is_dir():
        yield Fault(f"--output {path} is a folder", "it takes a file's path", f"Set --output {path / file_name}")
    elif not path.parent.is_dir():
        remedy = f"Make it: mkdir -p {path.parent}"
        yield Fault(f"--output {path}: there is no {path.parent}", "it takes a file in a folder", remedy)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say of what goes wrong in this block, in which ``path`` is written, that it could not be.

    Raises:
        HpoError: With the reason, if the block raises an OSError.
    """
    try:
        yield
    except OSError as error:
        raise HpoError(f"{path} cannot be written: {error.strerror or error}.") from error
