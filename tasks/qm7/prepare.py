"""Make the data of task=qm7: ``python -m tasks.qm7.prepare [FILE_OR_URL] [--out data/qm7] [--sample N]``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hpo.atomic import replace_atomically, write_atomically
from hpo.errors import Fault, HpoError, InputError
from tasks.qm7.folder import DataFolder, Manifest, manifest_text
from tasks.qm7.molecules import Molecules
from tasks.qm7.request import Request

_SMALLEST_SAMPLE = 50  # below, a tenth of the molecules is too few to validate on


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
    manifest, molecules = request.fulfilled(_say)
    _write(folder, manifest, molecules)
    return manifest, True


def _write(folder: DataFolder, manifest: Manifest, molecules: Molecules) -> None:
    """Write the arrays, then the manifest, each under a temporary name that is then renamed.

    The manifest of data that is replaced is removed before anything else, so that old and new arrays together
    never pass for complete data.
    """
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        folder.manifest.unlink(missing_ok=True)
        for name, array in molecules.arrays.items():
            _write_array(folder.array(name), array)
        write_atomically(folder.manifest, manifest_text(manifest))
    except OSError as error:
        raise InputError(
            Fault(
                f"--out {folder.root} cannot be written ({error})",
                "it takes a folder, which is made where there is none",
                "Choose another folder with --out",
            )
        ) from error


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
    parser = argparse.ArgumentParser(prog="python -m tasks.qm7.prepare", description="Make the data of task=qm7.")
    parser.add_argument("source", nargs="?", metavar="FILE_OR_URL", help="a qm7.mat; the published one by default")
    parser.add_argument("--out", type=Path, default=Path("data/qm7"), help="folder to make (default: %(default)s)")
    parser.add_argument("--sample", type=int, metavar="N", help="make N synthetic molecules instead")
    parser.add_argument("--seed", type=int, default=0, help="seed of the synthetic molecules (default: %(default)s)")
    parser.add_argument("--force", action="store_true", help="replace data that is in the folder")
    return parser


def _request(given: argparse.Namespace) -> Request:
    if given.sample is not None and given.source is not None:
        raise InputError(
            Fault(f"{given.source} and --sample are both given", "data has one source", "Leave one of them out")
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
