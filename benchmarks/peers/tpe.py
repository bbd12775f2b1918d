"""Optuna's TPE in virtual time: ``python -m benchmarks.peers.tpe tpe PROBLEM SEED N_TRIALS TABLE``.

``constant_liar`` is on, which Optuna's documentation advises where trials run at the same time.
"""

import warnings

import optuna

from benchmarks.simulation.events import Parameters
from benchmarks.simulation.problems import Problem
from benchmarks.simulation.seed import main


class Tpe:
    """Optuna's sampler, asked and told.

    Args:
        problem: What is minimised.
        seed: Of the sampler.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._problem = problem
        self._study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, constant_liar=True))

    def ask(self, n_left: int, now: float) -> tuple[int, Parameters] | None:
        """Return a suggestion."""
        trial = self._study.ask()
        bounds = self._problem.bounds.items()
        point: Parameters
        if self._problem.is_whole:
            point = {name: trial.suggest_int(name, int(lower), int(upper)) for name, (lower, upper) in bounds}
        else:
            point = {name: trial.suggest_float(name, lower, upper) for name, (lower, upper) in bounds}
        return trial.number, point

    def tell(self, index: int, value: float, now: float) -> None:
        """Pass it on."""
        self._study.tell(index, value)

    def pause(self, n_left: int) -> None:
        """Do nothing: it does not look ahead."""


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)  # constant_liar
    main(lambda _, problem, seed: Tpe(problem, seed))
