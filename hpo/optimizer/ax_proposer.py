"""The Ax client behind the study's ask and tell."""

import logging
import warnings
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from ax.api.client import Client
from ax.exceptions.core import SearchSpaceExhausted

from hpo.atomic import replace_atomically
from hpo.objective import Objective
from hpo.optimizer import ax_space
from hpo.optimizer.settings import Optimizer
from hpo.space import SearchSpace
from hpo.task import Metrics, ParameterValue


class AxProposer:
    """Proposes parameters with Ax and feeds it outcomes; a trial's index is Ax's.

    A trial that ended without data is ABANDONED in Ax, not FAILED: Ax suggests the parameters of a FAILED trial
    again, and with no new data it does so for ever, whereas it keeps away from those of an ABANDONED one.

    Args:
        optimizer: How points are generated.
        space: What is searched.
        objective: What is sought.
        seed: Seed of every suggestion; with the same outcomes in the same order they are the same.
        slots: Trials in flight at most.
    """

    def __init__(
        self, optimizer: Optimizer, space: SearchSpace, objective: Objective, *, seed: int, slots: int
    ) -> None:
        quiet_ax()
        self._space = space
        self._first = deque(space.with_fixed(parameters) for parameters in optimizer.first)
        self._n_points = space.n_points
        self._n_suggested = 0
        self._client = Client(random_seed=seed)
        self._client.configure_experiment(
            name="study",
            parameters=ax_space.parameter_configs(space),
            parameter_constraints=ax_space.constraint_texts(space),
        )
        self._client.configure_optimization(
            objective=ax_space.objective_text(objective),
            outcome_constraints=ax_space.outcome_constraint_texts(objective) or None,
        )
        self._client.set_generation_strategy(optimizer.generation_strategy(seed, slots))

    def suggest(self) -> tuple[int, Mapping[str, ParameterValue]] | None:
        """Return a new trial's index and parameters, or None when the space has no untried point left."""
        if self._first:
            parameters = self._first.popleft()
            index = self._client.attach_trial(self._varying(parameters))
        else:
            if self._n_suggested >= self._n_points:
                return None
            try:
                ((index, parameters),) = self._client.get_next_trials(max_trials=1).items()
            except SearchSpaceExhausted:
                return None
        self._n_suggested += 1
        return index, self._space.with_fixed(parameters)

    def complete(self, index: int, data: Metrics) -> None:
        """Take the objective and the constraint metrics of a trial as data."""
        self._client.complete_trial(index, raw_data=dict(data))

    def fail(self, index: int, reason: str) -> None:
        """Take note that a trial ended without data."""
        self._client.mark_trial_abandoned(index)

    def save(self, path: Path) -> None:
        """Write Ax's JSON to ``path``, atomically.

        Raises:
            OSError: If the folder cannot be written.
        """
        replace_atomically(path, lambda temporary: self._client.save_to_json_file(str(temporary)))

    def _varying(self, parameters: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        fixed = self._space.fixed
        return {name: value for name, value in parameters.items() if name not in fixed}


def quiet_ax() -> None:
    """Keep Ax's running commentary off the terminal; what it warns of in earnest it raises."""
    for name in ("ax", "ax.api.client"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for category in (DeprecationWarning, FutureWarning, UserWarning, RuntimeWarning):
        for module in ("ax", "botorch", "gpytorch", "linear_operator", "pyro"):
            warnings.filterwarnings("ignore", category=category, module=rf"{module}(\.|$)")
