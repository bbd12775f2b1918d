"""How parameters are proposed. Ax proposes here and nowhere else."""

from hpo.optimizer.settings import Bayes, Optimizer, Random, Sobol

__all__ = ["Bayes", "Optimizer", "Random", "Sobol"]
