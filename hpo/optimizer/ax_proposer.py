"""The Ax client behind the study's ask and tell."""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from ax.api.client import Client
from ax.exceptions.core import SearchSpaceExhausted

from hpo.atomic import replace_atomically
from hpo.objective import Objective
from hpo.optimizer import ax_space, ax_trials
from hpo.optimizer.sequence import N_AT_ONCE, Parameters, PointSequence, drawn
from hpo.optimizer.settings import Optimizer
from hpo.quiet import quiet_loggers
from hpo.space import Parameter, SearchSpace
from hpo.study.proposer import Past
from hpo.task import Metrics, ParameterValue
from hpo.threads import limited_threads

Suggestion = tuple[int, Parameters]
# The last two say so when the model proposes a point again and when constraints leave little, and then go on.
_CHATTY = ("ax.api.client", "ax.generation_strategy.generation_node", "ax.generators.random.base")


class AxProposer:
    """Proposes parameters with Ax and feeds it outcomes; a trial's index is Ax's.

    A trial that ended without data is ABANDONED in Ax, not FAILED: Ax suggests the parameters of a FAILED trial
    again, and with no new data it does so for ever, whereas it keeps away from those of an ABANDONED one.

    With a history the suggestions go on where they left off: the same sequence of Sobol or uniform points is drawn, and
    those that are there are passed over; what was made ahead and never asked for comes again. With the same outcomes
    in the same order the model proposes what it would have proposed. Only where constraints leave less than about a
    thousandth of the cube do other points come, new ones still, since Ax then walks about in the space. The initial
    points count those of the history that are data or may become it; the centre is tried in a new study only.

    Trials of the history outside the space are data for the model where Ax takes them: beyond changed bounds, against
    constraints, and at other values of a parameter that is fixed now. Not taken are values that are 0 or negative
    where the scale is logarithmic now, and choices that are gone unless they are ordered numbers; such a trial keeps
    its index, and is ABANDONED in Ax when it has ended. Suggestions lie in the space always.

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
        quiet_loggers("ax", *_CHATTY)
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
        self._n_untried = space.n_points - _n_distinct(space, tried)
        freed = ax_space.once_varied(space, tried)
        self._fixed = {parameter.name: space.fixed[parameter.name] for parameter in freed}
        self._client = _configured(space, freed, objective, seed)
        self._experiment = self._client._experiment  # noqa: SLF001 - Client has no public way to it
        self._strategy = optimizer.generation_strategy(seed, slots, is_begun=bool(history))
        self._client.set_generation_strategy(self._strategy)
        self._sequence: PointSequence | None = None
        if not self._learns and math.isinf(space.n_points):
            sequence = optimizer.generation_strategy(seed, slots)
            self._sequence = PointSequence(sequence, self._experiment, self._fixed, [*tried, *self._first], seed)
        self._take_up(history)

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
        self._n_untried -= 1
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
        self._tell(index, data)

    def fail(self, index: int, reason: str) -> None:  # Ax keeps no reason of abandoned trials
        """Take note that a trial ended without data."""
        self._tell(index, None)

    def save(self, path: Path) -> None:
        """Write Ax's JSON to ``path``, atomically.

        Raises:
            OSError: If the folder cannot be written.
        """
        self._pass_on()
        # The strategy refers to the experiment, which Ax would write a second time; the next suggestion sets it again.
        self._strategy._experiment = None  # noqa: SLF001 - it has no public way to let go of it
        replace_atomically(path, lambda temporary: self._client.save_to_json_file(str(temporary)))

    def _modelled(self) -> Suggestion | None:
        """Return a suggestion that rests on all outcomes so far."""
        self._pass_on()
        if self._n_untried <= 0:  # Ax would look for half a minute
            return None
        # One thread: the processors are busy with trials, and threads of torch that wait for each other on busy
        # processors take many times longer.
        with suppress(SearchSpaceExhausted), limited_threads(1):
            made = self._client.get_next_trials(max_trials=1, fixed_parameters=self._fixed or None)
            self._next_index += len(made)
            self._n_untried -= len(made)
            for index, parameters in made.items():
                return index, self._space.with_fixed({**parameters, **self._fixed})
        return None

    def _generate(self, n_left: int) -> None:
        """Make suggestions ahead; Ax hears of those that are asked for."""
        if self._sequence is not None:
            with suppress(SearchSpaceExhausted):
                self._ready.extend(map(self._space.with_fixed, self._sequence.more()))
        if not self._ready:
            self._sequence = None  # each try takes Ax seconds
            self._search(n_left)

    def _search(self, n_left: int) -> None:
        """Make suggestions ahead where points are few, or constraints so tight that the sequence repeats itself.

        Ax then looks through all trials, and through its sequence for what is left, or walks about in the space.
        """
        self._pass_on()
        n_at_once = max(2 * self._slots, min(self._next_index // 4, N_AT_ONCE))
        n_wanted = int(min(n_left, n_at_once, self._n_untried))
        while n_wanted > 0 and not self._ready:
            with suppress(SearchSpaceExhausted):
                points = drawn(self._strategy, self._experiment, n_wanted, self._fixed, self._seed)
                self._ready.extend(map(self._space.with_fixed, points))
            n_wanted = 1 if n_wanted > 1 else 0  # fewer points are left, and Ax then gives none of them

    def _take_up(self, history: Sequence[Past]) -> None:
        self._left_out = {past.index for past in history if not ax_space.is_data(self._space, past.parameters)}
        self._asked.extend((past.index, past.parameters) for past in history)
        for past in history:
            if not past.is_unfinished:
                self._tell(past.index, past.data)
        self._pass_on()

    def _tell(self, index: int, data: Metrics | None) -> None:
        self._told.append((index, None if index in self._left_out else data))

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


def _configured(space: SearchSpace, freed: Sequence[Parameter], objective: Objective, seed: int) -> Client:
    """Return a client without trials whose experiment has the parameters of ``space`` that vary, and ``freed``."""
    client = Client(random_seed=seed)
    client.configure_experiment(
        name="study",
        parameters=ax_space.parameter_configs([*space.parameters, *freed]),
        parameter_constraints=ax_space.constraint_texts(space),
    )
    client.configure_optimization(
        objective=ax_space.objective_text(objective),
        outcome_constraints=ax_space.outcome_constraint_texts(objective) or None,
    )
    return client


def _n_distinct(space: SearchSpace, tried: Iterable[Parameters]) -> int:
    """Return how many points of ``space`` are among ``tried``; 0 where a parameter is continuous."""
    if math.isinf(space.n_points):
        return 0
    return len({tuple(space.cast(space.with_fixed(point)).values()) for point in tried if space.contains(point)})
