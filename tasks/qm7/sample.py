"""Synthetic molecules in QM7's layout, to try the program without QM7. Their energies are made up.

Geometries: a random tree of one to seven heavy atoms, saturated with hydrogen; every atom is put at a bond's
length, the sum of two covalent radii (B. Cordero et al., Dalton Trans. 2008, 2832) varied by 3 %, from the
atom it is bound to, where it is farthest from the others.

Energies: a Morse potential (P. M. Morse, Phys. Rev. 34, 57 (1929)) between all pairs of atoms,

    T = Σ_{i<j} D_ij ((1 - exp(-a (r_ij - r0_ij)))² - 1),

r0_ij the sum of the covalent radii, D_ij the geometric mean of the single bonds' energies of i-i and j-j (L.
Pauling, The Nature of the Chemical Bond, 3rd ed., 1960, chapter 3), a = 1 / bohr, near that of H2 in Morse's
form.
"""

import numpy as np
from numpy.typing import NDArray

from tasks.qm7.molecules import Molecules

FORMULA = (
    "Morse potential between all pairs: T = sum D ((1 - exp(-a (r - r0)))^2 - 1), a = 1/bohr, "
    "r0 = sum of covalent radii, D = geometric mean of single-bond energies"
)
_N_ATOMS = 23
_BOHR_PER_ANGSTROM = 1 / 0.529177210903  # CODATA 2018
_RADIUS = {z: r * _BOHR_PER_ANGSTROM for z, r in {1: 0.31, 6: 0.76, 7: 0.71, 8: 0.66, 16: 1.05}.items()}  # bohr
_BOND_ENERGY = {1: 104.2, 6: 83.1, 7: 38.4, 8: 33.2, 16: 50.9}  # kcal/mol
_VALENCE = {6: 4, 7: 3, 8: 2, 16: 2}
_SHARE = {6: 0.7, 7: 0.14, 8: 0.14, 16: 0.02}  # of the heavy atoms, roughly QM7's
_STEEPNESS = 1.0  # 1/bohr
_MAX_HEAVY = 7
_STRETCH = 0.03
_N_DIRECTIONS = 64


def synthetic_molecules(n_molecules: int, seed: int) -> Molecules:
    """Return ``n_molecules`` synthetic molecules; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)
    r = np.zeros((n_molecules, _N_ATOMS, 3))
    z = np.zeros((n_molecules, _N_ATOMS), dtype=np.int64)
    t = np.zeros((n_molecules, 1))
    for n in range(n_molecules):
        charges, parents = _tree(rng)
        positions = _positions(charges, parents, rng)
        r[n, : len(charges)], z[n, : len(charges)], t[n] = (
            positions,
            charges,
            morse_energy(positions, charges),
        )
    return Molecules(r, z, t)


def morse_energy(positions: NDArray[np.float64], charges: NDArray[np.int64]) -> float:
    """Return the energy of one molecule by the module's formula.

    Args:
        positions: (atoms, 3), bohr.
        charges: Nuclear charges (atoms,), without padding.

    Returns:
        The energy relative to free atoms, kcal/mol.
    """
    i, j = np.triu_indices(len(charges), k=1)
    radius = np.array([_RADIUS[z] for z in charges.tolist()])
    depth = np.array([_BOND_ENERGY[z] for z in charges.tolist()])
    distance = np.linalg.norm(positions[i] - positions[j], axis=1)
    decay = 1 - np.exp(-_STEEPNESS * (distance - radius[i] - radius[j]))
    return float(np.sum(np.sqrt(depth[i] * depth[j]) * (decay**2 - 1)))


def _tree(rng: np.random.Generator) -> tuple[NDArray[np.int64], list[int]]:
    """Draw a molecule's atoms, heavy ones first, and for each the atom it is bound to (-1 for the first)."""
    n_heavy = rng.integers(1, _MAX_HEAVY + 1)
    heavy = rng.choice(list(_SHARE), size=n_heavy, p=list(_SHARE.values())).tolist()
    free: list[int] = []
    parents: list[int] = []
    for n, charge in enumerate(heavy):
        open_atoms = [m for m in range(n) if free[m] > 0]
        if n > 0 and not open_atoms:  # all valences are taken: the molecule ends here
            break
        parents.append(int(rng.choice(open_atoms)) if n > 0 else -1)
        free.append(_VALENCE[charge] - (n > 0))
        if n > 0:
            free[parents[n]] -= 1
    parents += [n for n, n_free in enumerate(free) for _ in range(n_free)]
    return np.array(heavy[: len(free)] + [1] * sum(free), dtype=np.int64), parents


def _positions(charges: NDArray[np.int64], parents: list[int], rng: np.random.Generator) -> NDArray[np.float64]:
    """Put each atom at a bond's length from its parent, where of some random directions it has most room."""
    positions = np.zeros((len(charges), 3))
    for n in range(1, len(charges)):
        parent = parents[n]
        length = _RADIUS[int(charges[n])] + _RADIUS[int(charges[parent])]
        directions = rng.normal(size=(_N_DIRECTIONS, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        places = positions[parent] + length * (1 + _STRETCH * rng.uniform(-1, 1)) * directions
        others = np.delete(positions[:n], parent, axis=0)
        room = np.linalg.norm(places[:, None] - others[None], axis=-1).min(axis=1, initial=np.inf)
        positions[n] = places[np.argmax(room)]
    return positions
