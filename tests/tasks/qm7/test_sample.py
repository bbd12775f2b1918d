import numpy as np
import pytest

from tasks.qm7.molecules import SPECIES, smallest_distance
from tasks.qm7.sample import morse_energy, synthetic_molecules

BOHR_PER_ANGSTROM = 1.8897259886


def test_the_same_seed_gives_the_same_molecules() -> None:
    """A sample is named by its size and seed."""
    first, second = synthetic_molecules(20, seed=5), synthetic_molecules(20, seed=5)
    assert all(np.array_equal(first.arrays[name], second.arrays[name]) for name in first.arrays)


def test_a_sample_has_qm7s_layout() -> None:
    """Up to 23 atoms, QM7's species, padding of zeros behind the atoms."""
    molecules = synthetic_molecules(200, seed=0)
    assert molecules.r.shape == (200, 23, 3)
    assert set(np.unique(molecules.z)) == {0, *SPECIES}
    assert not molecules.r[molecules.z == 0].any()


def test_atoms_keep_physical_distances() -> None:
    """No two atoms are nearer than the shortest bond, O-H, less 3 %; in bohr."""
    shortest = (0.31 + 0.66) * 0.97 * BOHR_PER_ANGSTROM
    assert smallest_distance(synthetic_molecules(200, seed=0)) >= shortest * 0.999


def test_two_atoms_at_their_bond_length_have_the_bonds_energy() -> None:
    """At its minimum the Morse potential is minus its depth: for H2 the bond's 104.2 kcal/mol."""
    positions = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 2 * 0.31 * BOHR_PER_ANGSTROM]])
    assert morse_energy(positions, np.array([1, 1])) == pytest.approx(-104.2)


def test_atoms_far_apart_have_no_energy() -> None:
    """The energy is counted from free atoms, as an atomisation energy is."""
    positions = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 100.0]])
    assert morse_energy(positions, np.array([6, 8])) == pytest.approx(0.0, abs=1e-12)
