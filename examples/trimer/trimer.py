"""Three atoms in an isosceles triangle: where is the Lennard-Jones energy lowest?"""

from math import radians, sin


def energy(bond: float, angle: float, epsilon: float = 1.0) -> float:
    """Return the energy (in epsilon's unit) of two bonds (in sigma) with an angle (degrees) between them."""
    base = 2 * bond * sin(radians(angle) / 2)
    return sum(4 * epsilon * (r**-12 - r**-6) for r in (bond, bond, base))
