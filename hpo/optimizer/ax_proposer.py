"""The Ax client behind the study's ask and tell."""

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ax.api.client import Client
from ax.core.observation import ObservationFeatures
from ax.exceptions.core import SearchSpaceExhausted
from ax.utils.common.random import with_rng_seed

from hpo.atomic import replace_atomically
from hpo.objective import Objective
from hpo.optimizer import ax_space, ax_trials
from hpo.optimizer.settings import Optimizer
from hpo.quiet import quiet_loggers
from hpo.space import SearchSpace
from hpo.study.proposer import Past
from hpo.task import Metrics, ParameterValue
from hpo.threads import limited_threads

Parameters = Mapping[str, ParameterValue]
Suggestion = tuple[int, Parameters]


class AxProposer:
    """Proposes parameters with Ax and feeds it outcomes; a trial's index is Ax's.

    A trial that ended without data is ABANDONED in Ax, not FAILED: Ax suggests the parameters of a FAILED trial
    again, and with no new data it does so for ever, whereas it keeps away from those of an ABANDONED one.

    With a history the suggestions go on where they left off: Ax draws the same sequence of Sobol or uniform points and
    passes over those that are there. Trials of the history outside the space are data for the model where Ax takes
    them: beyond changed bounds, and at other values of a parameter that is fixed now; not beyond constraints, nor at
    choices that are gone, unless these are numbers.

    Args:
        optimizer: How points are generated.
        space: What is searched.
        objective: What is sought.
        seed: Seed of every suggestion; with the same outcomes in the same order they are the same.
        slots: Trials in flight at most.
        history: Earlier trials, by index, from 0 without gaps.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        space: SearchSpace,
        objective: Objective,
        *,
        seed: int,
        slots: int,
        history: Sequence[Past] = (),
    ) -> None:
        quiet_loggers("ax", "ax.api.client")
        self._space = space
        tried = [past.parameters for past in history]
        first = (space.cast(space.with_fixed(parameters)) for parameters in optimizer.first)
        self._first = deque(parameters for parameters in first if parameters not in tried)
        self._learns = optimizer.learns
        self._seed = seed
        self._slots = slots
        self._next_index = len(history)
        self._ready: deque[Parameters] = deque()
        self._asked: deque[Suggestion] = deque()
        self._told: deque[tuple[int, Metrics | None]] = deque()
        self._n_points = space.n_points
        freed = ax_space.once_varied(space, tried)
        self._fixed = {parameter.name: space.fixed[parameter.name] for parameter in freed}
        self._client = Client(random_seed=seed)
        self._client.configure_experiment(
            name="study",
            parameters=ax_space.parameter_configs([*space.parameters, *freed]),
            parameter_constraints=ax_space.constraint_texts(space),
        )
        self._client.configure_optimization(
            objective=ax_space.objective_text(objective),
            outcome_constraints=ax_space.outcome_constraint_texts(objective) or None,
        )
        self._strategy = optimizer.generation_strategy(seed, slots, is_begun=bool(history))
        self._client.set_generation_strategy(self._strategy)
        self._experiment = self._client._experiment  # noqa: SLF001 - Client has no public way to it
        self._asked.extend((past.index, past.parameters) for past in history)
        self._told.extend((past.index, past.data) for past in history if not past.is_unfinished)
        self._pass_on()

    def suggest(self, n_left: int) -> Suggestion | None:
        """Return a new trial's index and parameters, or None when the space has no untried point left.

        Args:
            n_left: How many trials the study will still ask for, this one among them.
        """
        if self._first:
            self._ready.appendleft(self._first.popleft())
        elif self._learns:
            return self._modelled()
        elif not self._ready:
            self._generate(n_left)
        if not self._ready:
            return None
        suggestion = (self._next_index, self._ready.popleft())
        self._next_index += 1
        self._asked.append(suggestion)
        return suggestion

    def prepare(self, n_left: int) -> None:
        """Use a pause to make suggestions ahead, if outcomes would not change them, or else to tell Ax what was told.

        Args:
            n_left: How many trials the study will still ask for.
        """
        if self._learns:
            self._pass_on()
        elif not self._ready and n_left > 0:
            self._generate(n_left)

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

    def _modelled(self) -> Suggestion | None:
        """Return a suggestion that rests on all outcomes so far."""
        self._pass_on()
        if self._next_index >= self._n_points:  # Ax would look for half a minute
            return None
        # One thread: the processors are busy with trials, and threads of torch that wait for each other on busy
        # processors take many times longer.
        with suppress(SearchSpaceExhausted), limited_threads(1):
            made = self._client.get_next_trials(max_trials=1, fixed_parameters=self._fixed or None)
            self._next_index += len(made)
            for index, parameters in made.items():
                return index, self._space.with_fixed(parameters)
        return None

    def _generate(self, n_left: int) -> None:
        """Make suggestions ahead: a share of those there are, since Ax looks through all of them each time."""
        self._pass_on()
        n_tried = self._next_index
        n_wanted = int(min(n_left, max(2 * self._slots, n_tried // 4), self._n_points - n_tried))
        while n_wanted > 0 and not self._ready:
            with suppress(SearchSpaceExhausted), limited_threads(1):
                self._ready.extend(self._drawn(n_wanted))
            n_wanted = 1 if n_wanted > 1 else 0  # fewer points are left, and Ax then gives none of them

    def _drawn(self, n_points: int) -> list[Parameters]:
        """Return new points.

        Raises:
            SearchSpaceExhausted: If so many are not left.
        """
        with with_rng_seed(self._seed):
            ((run,),) = self._strategy.gen(
                experiment=self._experiment,
                n=n_points,
                fixed_features=ObservationFeatures(parameters=dict(self._fixed)) if self._fixed else None,
                num_trials=1,
            )
        return [self._space.with_fixed(arm.parameters) for arm in run.arms]

    def _pass_on(self) -> None:
        """Tell Ax what was asked and told since; it takes milliseconds a trial, too long between two trials."""
        while self._asked:
            index, parameters = self._asked.popleft()
            ax_trials.add_running(self._experiment, index, self._varying(parameters))
        if self._told:
            told, self._told = self._told, deque()
            ax_trials.tell(self._experiment, told)

    def _varying(self, parameters: Parameters) -> dict[str, ParameterValue]:
        """Return the parameters that Ax knows, in the types that it has for them."""
        known = self._experiment.search_space.parameters
        return {name: known[name].cast(value) for name, value in parameters.items() if name in known}
