"""This program's proposer as the benchmarks call it: the one place that knows its interface."""

from collections import deque
from collections.abc import Mapping, Sequence

from hpo.objective import OBJECTIVE_METRIC, build_objective
from hpo.optimizer import Optimizer
from hpo.optimizer.ax_proposer import AxProposer
from hpo.optimizer.look_ahead import LookAhead
from hpo.space import SearchSpace
from hpo.study.proposer import Past, Suggestion

Point = dict[str, float]
GENERATION_S = 0.05  # virtual seconds of a suggestion, where a trial has a mean of 1: half a second beside ten


class ProjectProposer:
    """The proposer of a study that minimises ``value`` over numbers, looking ahead as a study does.

    Args:
        optimizer: As the group ``optimizer`` has it.
        space: What is searched.
        seed: Of the suggestions.
        slots: Trials at once.
        history: Earlier trials; data under the name ``value``.
    """

    def __init__(
        self, optimizer: Optimizer, space: SearchSpace, *, seed: int, slots: int, history: Sequence[Past] = ()
    ) -> None:
        objective = build_objective("value")
        renamed = [Past(p.index, p.parameters, _renamed(p.data), p.is_unfinished) for p in history]
        self._proposer = AxProposer(optimizer, space, objective, seed=seed, slots=slots, history=renamed)
        self._look_ahead = LookAhead(slots, optimizer.n_ahead)
        self._learns = optimizer.learns
        self._ready: deque[Suggestion] = deque()

    def ask(self, n_left: int, now: float) -> tuple[int, Point] | None:
        """Return a new trial's index and parameters, or None if there is none now.

        Args:
            n_left: How many trials will still be asked for, this one among them.
            now: The virtual time.
        """
        if not self._ready:
            self._make(n_left)
        if not self._ready:
            return None
        suggestion = self._ready.popleft()
        self._proposer.ask(suggestion.index)
        self._look_ahead.asked(suggestion.index, now)
        return suggestion.index, {name: float(value) for name, value in suggestion.parameters.items()}

    def tell(self, index: int, value: float, now: float) -> None:
        """Take a trial's value at a virtual time."""
        self._proposer.complete(index, {OBJECTIVE_METRIC: value})
        self._look_ahead.told(index, now)

    def pause(self, n_left: int) -> None:
        """Do what a study does in the time until the next trial ends.

        Args:
            n_left: How many trials will still be asked for.
        """
        while self._learns and self._proposer.may_look_ahead and len(self._ready) < self._look_ahead.n_ready:
            if not self._make(n_left):
                return

    def _make(self, n_left: int) -> bool:
        made = self._proposer.make(1, n_left - len(self._ready))
        self._ready.extend(made)
        self._look_ahead.made(GENERATION_S)
        return bool(made)


def _renamed(data: Mapping[str, float] | None) -> Mapping[str, float] | None:
    return None if data is None else {OBJECTIVE_METRIC: data["value"]}
