"""Tasks with a known optimum that cost nothing, and that can be slow, noisy or ill on demand."""

from tasks.toy.branin import Branin
from tasks.toy.hartmann6 import Hartmann6

__all__ = ["Branin", "Hartmann6"]
