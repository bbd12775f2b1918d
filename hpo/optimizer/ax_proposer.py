"""The Ax client behind the study's ask and tell."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ax.api.client import Client
from ax.exceptions.core import SearchSpaceExhausted

from hpo.atomic import replace_atomically
from hpo.objective import Objective
from hpo.optimizer import ax_space
from hpo.optimizer.settings import Optimizer
from hpo.quiet import quiet_loggers
from hpo.space import SearchSpace
from hpo.task import Metrics, ParameterValue
from hpo.threads import limited_threads

Suggestion = tuple[int, Mapping[str, ParameterValue]]


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
        quiet_loggers("ax", "ax.api.client")
        self._space = space
        self._first = deque(space.cast(space.with_fixed(parameters)) for parameters in optimizer.first)
        self._n_at_once = 1 if optimizer.learns else 2 * slots
        self._ready: deque[Suggestion] = deque()
        self._told: deque[tuple[int, Metrics | None]] = deque()
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

    def suggest(self, n_left: int) -> Suggestion | None:
        """Return a new trial's index and parameters, or None when the space has no untried point left.

        Args:
            n_left: How many trials the study will still ask for, this one among them.
        """
        if not self._ready:
            self._generate(min(self._n_at_once, n_left))
        return self._ready.popleft() if self._ready else None

    def prepare(self, n_left: int) -> None:
        """Use a pause to tell Ax what was told, and to make suggestions ahead if outcomes would not change them.

        Args:
            n_left: How many trials the study will still ask for.
        """
        self._pass_on()
        if self._n_at_once > 1 and not self._ready and n_left > 0:
            self._generate(min(self._n_at_once, n_left))

    def complete(self, index: int, data: Metrics) -> None:
        """Take the objective and the constraint metrics of a trial as data."""
        self._told.append((index, data))

    def fail(self, index: int, reason: str) -> None:  # Ax keeps no reason of abandoned trials
        """Take note that a trial ended without data."""
        self._told.append((index, None))

    def save(self, path: Path) -> None:
        """Write Ax's JSON to ``path``, atomically.

        Raises:
            OSError: If the folder cannot be written.
        """
        self._pass_on()
        replace_atomically(path, lambda temporary: self._client.save_to_json_file(str(temporary)))

    def _generate(self, n_trials: int) -> None:
        self._pass_on()
        if self._first:
            parameters = self._first.popleft()
            self._keep({self._client.attach_trial(self._varying(parameters)): parameters})
            return
        n_trials = int(min(n_trials, self._n_points - self._n_suggested))  # Ax looks for half a minute for the rest
        if n_trials > 0:
            # One thread: the processors are busy with trials, and threads of torch that wait for each other on busy
            # processors take many times longer.
            with suppress(SearchSpaceExhausted), limited_threads(1):
                self._keep(self._client.get_next_trials(max_trials=n_trials))
                return
            if n_trials > 1:  # fewer points are left, and Ax then gives none of them
                self._generate(1)

    def _keep(self, trials: Mapping[int, Mapping[str, ParameterValue]]) -> None:
        self._n_suggested += len(trials)
        self._ready.extend((index, self._space.with_fixed(parameters)) for index, parameters in trials.items())

    def _pass_on(self) -> None:
        """Tell Ax what was told since; it takes some 10 ms a trial, too long for the path between two trials."""
        while self._told:
            index, data = self._told.popleft()
            if data is None:
                self._client.mark_trial_abandoned(index)
            else:
                self._client.complete_trial(index, raw_data=dict(data))

    def _varying(self, parameters: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        fixed = self._space.fixed
        return {name: value for name, value in parameters.items() if name not in fixed}
