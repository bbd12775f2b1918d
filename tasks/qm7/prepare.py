"""Make the data of task=qm7: ``python -m tasks.qm7.prepare [FILE_OR_URL] [--out data/qm7] [--sample N]``."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hpo.atomic import replace_atomically, write_atomically
from hpo.errors import Fault, HpoError, InputError
from tasks.qm7.folder import DataFolder, Manifest, manifest_text
from tasks.qm7.molecules import Molecules, from_layout
from tasks.qm7.sample import FORMULA, synthetic_molecules
from tasks.qm7.source import PUBLISHED, Remote, digest, fetch, is_address, read_mat

_SMALLEST_SAMPLE = 50  # below, a tenth of the molecules is too few to validate on


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Attributes:
        source: A file, or an address; None for the published file.
        sample: Number of synthetic molecules instead, or None.
        seed: Seed of the synthetic molecules.
    """

    source: str | None
    sample: int | None
    seed: int

    @property
    def remote(self) -> Remote | None:
        """What is to be fetched, or None for a file or a sample."""
        if self.sample is not None or (self.source is not None and not is_address(self.source)):
            return None
        return PUBLISHED if self.source in (None, PUBLISHED.url) else Remote(str(self.source))

    @property
    def recipe(self) -> str:
        """What makes a sample."""
        return "" if self.sample is None else f"{self.sample} molecules, seed {self.seed}; {FORMULA}"

    def is_met_by(self, manifest: Manifest) -> bool:
        """Return whether the data that ``manifest`` describes is what was asked for; fetches nothing."""
        if self.sample is not None:
            return manifest.recipe == self.recipe
        if self.remote is not None:
            return self.remote.url == manifest.source or self.remote.sha256 == manifest.sha256
        path = Path(str(self.source))
        return path.is_file() and digest(path) == manifest.sha256


def prepare(request: Request, folder: DataFolder, *, force: bool) -> tuple[Manifest, bool]:
    """Make the arrays in ``folder``, or do nothing if they are there.

    Returns:
        What the arrays are made from, and whether they were made now.

    Raises:
        hpo.errors.InputError: If the source cannot be had or read, or the folder holds other data.
    """
    known = folder.read_manifest() if folder.is_complete and not force else None
    if known is not None and request.is_met_by(known):
        return known, False
    if folder.is_taken and not force:
        raise InputError(_taken(folder, known))
    manifest, molecules = _made(request)
    _write(folder, manifest, molecules)
    return manifest, True


def _made(request: Request) -> tuple[Manifest, Molecules]:
    if request.sample is not None:
        molecules = synthetic_molecules(request.sample, request.seed)
        command = f"python -m tasks.qm7.prepare --sample {request.sample} --seed {request.seed}"
        return Manifest(command, "", len(molecules), synthetic=True, recipe=request.recipe), molecules
    if request.remote is None:
        return _read(Path(str(request.source)), Path(str(request.source)).name)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "qm7.mat"
        _say(f"Fetching {request.remote.url} ...")
        fetch(request.remote, path)
        return _read(path, request.remote.url)


def _read(path: Path, source: str) -> tuple[Manifest, Molecules]:
    molecules = from_layout(source, read_mat(path, source))
    return Manifest(source, digest(path), len(molecules), synthetic=False), molecules


def _write(folder: DataFolder, manifest: Manifest, molecules: Molecules) -> None:
    """Write the arrays, then the manifest, each under a temporary name that is then renamed.

    The manifest goes first when data is replaced, so that at no moment old and new arrays pass for complete
    data.
    """
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.manifest.unlink(missing_ok=True)
    for name, array in molecules.arrays.items():
        _write_array(folder.array(name), array)
    write_atomically(folder.manifest, manifest_text(manifest))


def _write_array(path: Path, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> None:
    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:  # np.save would add .npy to the temporary name
            np.save(file, array)

    replace_atomically(path, write)


def _taken(folder: DataFolder, known: Manifest | None) -> Fault:
    holds = "incomplete data or that of another program" if known is None else str(known)
    return Fault(
        f"--out {folder.root} holds something else: {holds}",
        "a folder holds one set of data",
        "Choose another folder with --out, or add --force to replace it",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tasks.qm7.prepare", description="Make the data of task=qm7."
    )
    parser.add_argument(
        "source", nargs="?", metavar="FILE_OR_URL", help="a qm7.mat; the published one by default"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("data/qm7"), help="folder to make (default: %(default)s)"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="make N synthetic molecules instead")
    parser.add_argument(
        "--seed", type=int, default=0, help="seed of the synthetic molecules (default: %(default)s)"
    )
    parser.add_argument("--force", action="store_true", help="replace data that is in the folder")
    return parser


def _request(given: argparse.Namespace) -> Request:
    if given.sample is not None and given.source is not None:
        raise InputError(
            Fault(
                f"{given.source} and --sample are both given", "data has one source", "Leave one of them out"
            )
        )
    if given.sample is not None and given.sample < _SMALLEST_SAMPLE:
        raise InputError(
            Fault(
                f"--sample {given.sample} is too small",
                f"it takes {_SMALLEST_SAMPLE} or more",
                "Type --sample 500",
            )
        )
    if given.seed < 0:
        raise InputError(Fault(f"--seed {given.seed} is negative", "it takes 0 or more", "Type --seed 0"))
    return Request(given.source, given.sample, given.seed)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Those of the command line by default.

    Returns:
        0, or 1 after a message about what is wrong.
    """
    given = _parser().parse_args(arguments)
    folder = DataFolder(given.out.absolute())
    try:
        manifest, is_new = prepare(_request(given), folder, force=given.force)
    except (HpoError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _say(f"{folder.root} {'now holds' if is_new else 'already holds'} {manifest}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
