"""Where a ``qm7.mat`` comes from: a file, or an address to fetch it from."""

import hashlib
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from numpy.typing import NDArray

from hpo.errors import Fault, InputError

_TIMEOUT_S = 60
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class Remote:
    """A file to fetch.

    Attributes:
        url: Its address, http or https.
        n_bytes: Its size if it is known beforehand.
        sha256: Its digest if it is known beforehand.
    """

    url: str
    n_bytes: int | None = None
    sha256: str | None = None


#: The file that L. C. Blum and J.-L. Reymond (2009) and M. Rupp et al. (2012) stand behind; 7,165 molecules.
PUBLISHED = Remote(
    url="http://quantum-machine.org/data/qm7.mat",
    n_bytes=17_884_280,
    sha256="fd6c26c1086887310518e6a6da778253bc5d3ceb8166007a679a740fff9ee6ea",
)


def is_address(text: str) -> bool:
    """Return whether ``text`` is an address to fetch from, not the path of a file."""
    return text.startswith(("http://", "https://"))


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(remote: Remote, target: Path) -> None:
    """Fetch ``remote`` to the file ``target`` and see that it is the one that was meant.

    Raises:
        hpo.errors.InputError: If it cannot be fetched, or is not the expected file.
    """
    try:
        # is_address has let through http and https only.
        with urlopen(remote.url, timeout=_TIMEOUT_S) as answer, target.open("wb") as file:  # noqa: S310
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
    except (OSError, HTTPException) as error:  # URLError and time-outs are OSErrors
        raise InputError(_unreachable(remote.url, error)) from error
    if remote.n_bytes is not None and target.stat().st_size != remote.n_bytes:
        raise InputError(_other_file(remote.url, f"{target.stat().st_size} bytes", f"{remote.n_bytes}"))
    if remote.sha256 is not None and (found := digest(target)) != remote.sha256:
        raise InputError(_other_file(remote.url, f"the sha256 {found}", remote.sha256))


def read_mat(path: Path, source: str) -> dict[str, NDArray[Any]]:
    """Return the arrays R, Z and T, as far as they are there, of a MATLAB file.

    Raises:
        hpo.errors.InputError: If there is no such file or it is no MATLAB file.
    """
    from scipy.io import loadmat  # noqa: PLC0415 - for a file only, not for a sample

    if not path.is_file():
        raise InputError(
            Fault(
                f"{source} is not there: no file {path.absolute()}",
                "it takes the path of a qm7.mat, or an address that begins with http:// or https://",
                "Correct the path, or give none to download the published file",
            )
        )
    try:
        content: dict[str, NDArray[Any]] = loadmat(path, variable_names=("R", "Z", "T"))
    except Exception as error:
        # scipy raises a dozen kinds of exception for what is no MATLAB file.
        raise InputError(
            Fault(
                f"{source} cannot be read as a MATLAB file ({type(error).__name__}: {error})",
                "it takes a qm7.mat of MATLAB version 4 to 7.2",
                "Fetch the file again, or give none to download the published one",
            )
        ) from error
    return {key: value for key, value in content.items() if not key.startswith("__")}


def _unreachable(url: str, error: Exception) -> Fault:
    return Fault(
        f"{url} cannot be fetched ({error})",
        "it takes a connection to that address",
        "Fetch the file on another machine and type python -m tasks.qm7.prepare qm7.mat, or make synthetic "
        "molecules to try the program: python -m tasks.qm7.prepare --sample 500",
    )


def _other_file(url: str, found: str, expected: str) -> Fault:
    return Fault(
        f"{url} gave a file with {found}",
        f"the expected file has {expected}",
        "Try again, for the transfer may have broken off; or give a file you have: python -m tasks.qm7.prepare qm7.mat",
    )
