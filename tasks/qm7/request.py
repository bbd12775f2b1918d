"""What is asked for on the command line of the preparation, and how it is got."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tasks.qm7.folder import Manifest
from tasks.qm7.molecules import Molecules, from_layout
from tasks.qm7.sample import FORMULA, synthetic_molecules
from tasks.qm7.source import PUBLISHED, Remote, digest, fetch, is_address, read_mat


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

    def fulfilled(self, say: Callable[[str], None]) -> tuple[Manifest, Molecules]:
        """Return the molecules and what they are made from.

        Args:
            say: Where to tell of what takes a while.

        Raises:
            hpo.errors.InputError: If the source cannot be had, read or used.
        """
        if self.sample is not None:
            molecules = synthetic_molecules(self.sample, self.seed)
            command = f"python -m tasks.qm7.prepare --sample {self.sample} --seed {self.seed}"
            return Manifest(command, "", len(molecules), synthetic=True, recipe=self.recipe), molecules
        if self.remote is None:
            return _read(Path(str(self.source)), Path(str(self.source)).name)
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / "qm7.mat"
            say(f"Fetching {self.remote.url} ...")
            fetch(self.remote, path)
            return _read(path, self.remote.url)


def _read(path: Path, source: str) -> tuple[Manifest, Molecules]:
    molecules = from_layout(source, read_mat(path, source))
    return Manifest(source, digest(path), len(molecules), synthetic=False), molecules
