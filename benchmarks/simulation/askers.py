"""The optimizers of this environment in virtual time; Optuna's is in :mod:`benchmarks.peers.tpe`."""

from collections.abc import Callable, Mapping

from ax.api.client import Client
from ax.api.configs import RangeParameterConfig

from benchmarks.candidates.proposers import bayes_without_look_ahead
from benchmarks.simulation.events import Asker, Parameters
from benchmarks.simulation.problems import SLOTS, Problem
from hpo.objective import OBJECTIVE_METRIC, build_objective
from hpo.optimizer import Bayes, Optimizer, Sobol
from hpo.optimizer.ax_proposer import AxProposer
from hpo.space import build_space


class Project:
    """This program's proposer, called as a study calls it.

    The seam for looking ahead: a study calls ``AxProposer.prepare`` in the pauses between events, and so does the
    simulation. What ``prepare`` makes ahead, ``suggest`` returns later, without the outcomes that came in between. It
    is the very class that does it in a study, so that nothing has to be imitated here.

    Args:
        problem: What is minimised.
        optimizer: As the group ``optimizer`` has it.
        seed: Of the suggestions.
    """

    def __init__(self, problem: Problem, optimizer: Optimizer, seed: int) -> None:
        value_type = "int" if problem.is_whole else "float"
        space = build_space(
            {
                name: {"type": "range", "bounds": [lower, upper], "value_type": value_type}
                for name, (lower, upper) in problem.bounds.items()
            }
        )
        self._proposer = AxProposer(optimizer, space, build_objective("value"), seed=seed, slots=SLOTS)
        self._names = tuple(problem.bounds)

    def ask(self, n_left: int) -> tuple[int, Parameters] | None:
        """Return a suggestion."""
        suggestion = self._proposer.suggest(n_left)
        return None if suggestion is None else (suggestion[0], _numbers(suggestion[1]))

    def tell(self, index: int, value: float) -> None:
        """Pass it on."""
        self._proposer.complete(index, {OBJECTIVE_METRIC: value})

    def pause(self, n_left: int) -> None:
        """Look ahead, if the optimizer does."""
        self._proposer.prepare(n_left)


class AxDefault:
    """Ax's ``Client`` with its default strategy, but as many initial points as slots.

    By default it makes 5 and then wants data, which leaves 3 of 8 slots empty at the beginning.

    Args:
        problem: What is minimised.
        seed: Of the suggestions.
    """

    def __init__(self, problem: Problem, seed: int) -> None:
        self._client = Client(random_seed=seed)
        self._client.configure_experiment(
            parameters=[
                RangeParameterConfig(
                    name=name, bounds=bounds, parameter_type="int" if problem.is_whole else "float", scaling="linear"
                )
                for name, bounds in problem.bounds.items()
            ]
        )
        self._client.configure_optimization(objective="-value")
        self._client.configure_generation_strategy(
            method="fast",
            initialization_budget=SLOTS,
            initialization_random_seed=seed,
            allow_exceeding_initialization_budget=True,
        )

    def ask(self, n_left: int) -> tuple[int, Parameters] | None:
        """Return a suggestion."""
        ((index, parameters),) = self._client.get_next_trials(max_trials=1).items()
        return index, _numbers(parameters)

    def tell(self, index: int, value: float) -> None:
        """Pass it on."""
        self._client.complete_trial(index, raw_data={"value": value})

    def pause(self, n_left: int) -> None:
        """Do nothing: it does not look ahead."""


ASKERS: Mapping[str, Callable[[Problem, int], Asker]] = {
    "project": lambda problem, seed: Project(problem, Bayes(), seed),
    "project_without_look_ahead": lambda problem, seed: Project(problem, bayes_without_look_ahead(), seed),
    "ax_default": AxDefault,
    "sobol": lambda problem, seed: Project(problem, Sobol(), seed),
}


def _numbers(parameters: Mapping[str, object]) -> Parameters:
    return {name: float(str(value)) for name, value in parameters.items()}
