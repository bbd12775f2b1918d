"""The folder of prepared data: the one place that knows its file names and its manifest."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

#: hippynn's DirectoryDatabase finds an array ``X`` of the database "qm7" under ``data-qm7X.npy``.
DATABASE = "qm7"
#: Array by name, with its unit.
UNITS: Mapping[str, str] = {"R": "bohr", "Z": "nuclear charge, 0 = padding", "T": "kcal/mol"}


@dataclass(frozen=True)
class Manifest:
    """What the arrays are made from. Its file is written last: where it is, the arrays are complete.

    Attributes:
        source: The file, the address or the command they come from, for people.
        sha256: Of the source file; empty for a sample.
        n_molecules: Molecules in the arrays.
        synthetic: Whether the energies are made up.
        recipe: For a sample: its size, seed and formula; else empty.
    """

    source: str
    sha256: str
    n_molecules: int
    synthetic: bool
    recipe: str = ""

    def __str__(self) -> str:
        kind = "SYNTHETIC molecules (not QM7)" if self.synthetic else "molecules"
        return f"{self.n_molecules} {kind}, from {self.source}"


@dataclass(frozen=True)
class DataFolder:
    """Where the arrays lie that ``python -m tasks.qm7.prepare`` makes.

    Attributes:
        root: The folder.
    """

    root: Path

    def array(self, name: str) -> Path:
        """Return the file of the array ``name`` (R, Z or T)."""
        return self.root / f"data-{DATABASE}{name}.npy"

    @property
    def manifest(self) -> Path:
        """What the arrays are made from."""
        return self.root / "qm7.json"

    @property
    def is_complete(self) -> bool:
        """Whether everything is there."""
        return all(path.is_file() for path in (self.manifest, *map(self.array, UNITS)))

    @property
    def is_taken(self) -> bool:
        """Whether any of the files is there, complete or not, ours or not."""
        return any(path.exists() for path in (self.manifest, *map(self.array, UNITS)))

    def read_manifest(self) -> Manifest:
        """Return what the arrays are made from.

        Raises:
            ValueError: If the file is not one that :func:`manifest_text` made.
        """
        try:
            known = json.loads(self.manifest.read_text(encoding="utf-8"))
            return Manifest(**{name: known[name] for name in Manifest.__dataclass_fields__})
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"{self.manifest} is not a manifest of QM7 data ({error!r}). Make the data anew: "
                f"python -m tasks.qm7.prepare --out {self.root} --force"
            ) from error


def manifest_text(manifest: Manifest) -> str:
    """Return the text of a manifest's file."""
    return json.dumps({**asdict(manifest), "units": dict(UNITS)}, indent=2) + "\n"
