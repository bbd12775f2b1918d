"""The optimizers of this environment in virtual time; Optuna's is in :mod:`benchmarks.peers.tpe`."""

from collections.abc import Callable, Mapping

from ax.api.client import Client
from ax.api.configs import RangeParameterConfig

from benchmarks.adapter import ProjectProposer
from benchmarks.simulation.events import Asker, Parameters
from benchmarks.simulation.problems import SLOTS, Problem
from hpo.optimizer import Bayes, Optimizer, Sobol
from hpo.space import build_space


def project(problem: Problem, optimizer: Optimizer, seed: int) -> ProjectProposer:
    """Return this program's proposer, which the simulation calls as a study does.

    Args:
        problem: What is minimised.
        optimizer: As the group ``optimizer`` has it.
        seed: Of the suggestions.
    """
    value_type = "int" if problem.is_whole else "float"
    space = build_space(
        {
            name: {"type": "range", "bounds": [lower, upper], "value_type": value_type}
            for name, (lower, upper) in problem.bounds.items()
        }
    )
    return ProjectProposer(optimizer, space, seed=seed, slots=SLOTS)


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

    def ask(self, n_left: int, now: float) -> tuple[int, Parameters] | None:
        """Return a suggestion."""
        ((index, parameters),) = self._client.get_next_trials(max_trials=1).items()
        return index, {name: float(str(value)) for name, value in parameters.items()}

    def tell(self, index: int, value: float, now: float) -> None:
        """Pass it on."""
        self._client.complete_trial(index, raw_data={"value": value})

    def pause(self, n_left: int) -> None:
        """Do nothing: it does not look ahead."""


ASKERS: Mapping[str, Callable[[Problem, int], Asker]] = {
    "project": lambda problem, seed: project(problem, Bayes(), seed),
    "project_without_look_ahead": lambda problem, seed: project(problem, Bayes(look_ahead=0), seed),
    "ax_default": AxDefault,
    "sobol": lambda problem, seed: project(problem, Sobol(), seed),
}
