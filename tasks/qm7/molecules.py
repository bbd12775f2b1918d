"""Molecules as arrays, and the check that they are in QM7's layout and units."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo.errors import Fault, raise_faults
from tasks.qm7.folder import UNITS

SPECIES = (1, 6, 7, 8, 16)
#: No two atoms are nearer, bohr; below the bond of H2 (1.40) and above the bonds of any file in ångström to
#: hydrogen.
_NEAREST = 1.3
_LAYOUT = "a qm7.mat has R (molecules, atoms, 3) in bohr, Z (molecules, atoms), T (1, molecules) in kcal/mol"


@dataclass(frozen=True)
class Molecules:
    """What the network reads and predicts.

    Attributes:
        r: Positions (molecules, atoms, 3), bohr; padding rows are zero.
        z: Nuclear charges (molecules, atoms); 0 is padding.
        t: Atomisation energies (molecules, 1), kcal/mol, negative.
    """

    r: NDArray[np.float64]
    z: NDArray[np.int64]
    t: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.z)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by the names that hippynn reads them under.

        Floats are stored as float64, for hippynn turns those, and those alone, into the precision it runs
        with.
        """
        return {"R": self.r, "Z": self.z, "T": self.t}


def from_layout(source: str, given: Mapping[str, NDArray[Any]]) -> Molecules:
    """Return the molecules of a file in the layout of the published one; its other keys are not used.

    Args:
        source: What messages call the file.
        given: ``R`` (n, atoms, 3), ``Z`` (n, atoms) and ``T`` (1, n), (n, 1) or (n,).

    Raises:
        hpo.errors.InputError: If keys, shapes, species, numbers or units are wrong, with all that are.
    """
    raise_faults(_key_faults(source, given))
    raise_faults(_shape_faults(source, given))
    molecules = Molecules(
        given["R"].astype(np.float64),
        given["Z"].astype(np.int64),
        given["T"].astype(np.float64).reshape(-1, 1),
    )
    raise_faults(_value_faults(source, molecules, given["Z"]))
    return molecules


def _fault(source: str, what: str) -> Fault:
    return Fault(f"{source}: {what}", _LAYOUT, "Give python -m tasks.qm7.prepare another file")


def _key_faults(source: str, given: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
    for key in UNITS:
        if key not in given:
            yield _fault(source, f"there is no {key}")
        elif not np.issubdtype(given[key].dtype, np.number) or np.iscomplexobj(given[key]):
            yield _fault(source, f"{key} holds {given[key].dtype}, no real numbers")


def _shape_faults(source: str, given: Mapping[str, NDArray[Any]]) -> Iterator[Fault]:
    r, z, t = given["R"].shape, given["Z"].shape, given["T"].shape
    if len(z) != 2 or 0 in z:  # noqa: PLR2004 - molecules, atoms
        yield _fault(source, f"Z has shape {z}")
    elif r != (*z, 3):
        yield _fault(source, f"R has shape {r}, with Z {z}")
    if t not in {(1, z[0]), (z[0], 1), (z[0],)}:
        yield _fault(source, f"T has shape {t}, with Z {z}")


def _value_faults(source: str, molecules: Molecules, z: NDArray[Any]) -> Iterator[Fault]:
    for key, array in (("R", molecules.r), ("T", molecules.t)):
        if not np.isfinite(array).all():
            yield _fault(source, f"{key} holds values that are not finite")
    strange = sorted({float(v) for v in np.unique(z)} - {0, *SPECIES})
    if strange:
        yield _fault(source, f"Z holds {', '.join(f'{v:g}' for v in strange[:5])}; it takes 0, 1, 6, 7, 8, 16")
    elif not (z > 0).any(axis=1).all():
        yield _fault(source, "Z holds molecules without atoms")
    elif np.isfinite(molecules.r).all() and smallest_distance(molecules) < _NEAREST:
        yield _fault(source, f"R has atoms {smallest_distance(molecules):.2f} apart, too near for bohr")


def smallest_distance(molecules: Molecules) -> float:
    """Return the smallest distance between two atoms of a molecule, in bohr, or infinity without any."""
    smallest = np.inf
    for r, z in zip(molecules.r, molecules.z, strict=True):
        atoms = r[z > 0]
        distances = np.linalg.norm(atoms[:, None] - atoms[None], axis=-1)
        smallest = min(smallest, distances[np.triu_indices(len(atoms), k=1)].min(initial=np.inf))
    return float(smallest)
