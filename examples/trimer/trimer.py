"""Three argon-like atoms: which triangle has the lowest Lennard-Jones energy?"""

from math import cos, radians, sqrt


def energy(r12: float, r13: float, angle: float, epsilon: float = 1.0) -> float:
    """Return the energy for distances r12, r13 (in sigma) and the angle between them (degrees)."""
    r23 = sqrt(r12**2 + r13**2 - 2 * r12 * r13 * cos(radians(angle)))
    return sum(4 * epsilon * (r**-12 - r**-6) for r in (r12, r13, r23))
