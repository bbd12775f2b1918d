"""The folder for temporary files, in which Ray has its sessions and sockets."""

import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hpo.doctor.file_systems import room
from hpo.doctor.finding import Finding, fault, ok

_VARIABLES = ("RAY_TMPDIR", "TMPDIR")  # in Ray's order


def temporary() -> Iterator[Finding]:
    """Look whether the folder can be written, how full it is, and whether Ray's sockets have room in their paths."""
    from hpo.tuner.ray.surroundings import temporary_folder  # noqa: PLC0415 - it takes half a second

    of_ray = temporary_folder()
    yield from _sockets(of_ray)
    for folder in dict.fromkeys([_existing(of_ray), Path(tempfile.gettempdir())]):
        try:
            with TemporaryDirectory(prefix="hpo-doctor-", dir=folder):
                pass
            yield from room("temporary", folder, f"set {_variable()} to another folder")
        except OSError as error:
            yield fault(
                "temporary",
                f"{folder} cannot be written: {error.strerror or error} ({_named()})",
                f"Choose a folder where you may write: export {_variable()}=/tmp",
                path=str(folder),
            )


def _sockets(folder: Path) -> Iterator[Finding]:
    from hpo.tuner.ray.surroundings import LONGEST_SOCKET, socket_path  # noqa: PLC0415 - the same

    path = socket_path(folder)
    n_bytes = len(os.fsencode(path))
    values = {"bytes": n_bytes, "limit": LONGEST_SOCKET, "path": str(path)}
    if n_bytes <= LONGEST_SOCKET:
        yield ok("sockets", f"the paths of Ray's sockets have {n_bytes} bytes at most, of {LONGEST_SOCKET}", **values)
        return
    yield fault(
        "sockets",
        f"the paths of Ray's sockets would have {n_bytes} bytes, of {LONGEST_SOCKET} at most ({_named()})",
        f"Choose a folder whose path has {n_bytes - LONGEST_SOCKET} bytes less: export {_variable()}=/tmp",
        **values,
    )


def _named() -> str:
    said = [f"{name}={shlex.quote(os.environ[name])}" for name in _VARIABLES if name in os.environ]
    return ", ".join(said) or "TMPDIR is not set"


def _variable() -> str:
    """Return the variable that counts."""
    return next((name for name in _VARIABLES if name in os.environ), "TMPDIR")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())
