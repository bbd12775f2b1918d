"""This program's proposer and Ax's own client behind one interface: tell one outcome, ask for one candidate."""

from collections.abc import Callable, Mapping
from typing import Protocol

from ax.api.client import Client
from ax.api.configs import RangeParameterConfig

from benchmarks.adapter import Point, ProjectProposer
from benchmarks.candidates.data import NAMES, tried, value
from hpo.optimizer import Bayes
from hpo.space import build_space
from hpo.study.proposer import Past


class Candidates(Protocol):
    """What proposes points and learns from outcomes."""

    def ask(self) -> tuple[int, Point]:
        """Return the index and the point of a new candidate, computed now."""

    def tell(self, index: int, outcome: float) -> None:
        """Take the value of the trial ``index``."""


class Ours:
    """This program's proposer as ``optimizer=bayes`` has it, without looking ahead.

    So each candidate is computed when it is asked for.

    Args:
        n_completed: Trials with data.
        n_pending: Trials in flight.
    """

    def __init__(self, n_completed: int, n_pending: int) -> None:
        history = [
            Past(index, point, {"value": value(point)} if index < n_completed else None, index >= n_completed)
            for index, point in enumerate(tried(n_completed + n_pending))
        ]
        space = build_space({name: {"type": "range", "bounds": [0.0, 1.0]} for name in NAMES})
        optimizer = Bayes(look_ahead=0)
        self._proposer = ProjectProposer(optimizer, space, seed=0, slots=n_pending, history=history)

    def ask(self) -> tuple[int, Point]:
        """Return a candidate of the model."""
        suggestion = self._proposer.ask(n_left=1000, now=0.0)
        if suggestion is None:
            raise RuntimeError("the proposer has no candidate in a space without end")
        return suggestion

    def tell(self, index: int, outcome: float) -> None:
        """Pass it on."""
        self._proposer.tell(index, outcome, now=0.0)


class AxDefault:
    """Ax's ``Client`` with the generation strategy that it chooses by itself; arguments as for :class:`Ours`."""

    def __init__(self, n_completed: int, n_pending: int) -> None:
        self._client = Client(random_seed=0)
        self._client.configure_experiment(
            parameters=[RangeParameterConfig(name=name, bounds=(0.0, 1.0), parameter_type="float") for name in NAMES]
        )
        self._client.configure_optimization(objective="-value")
        for position, point in enumerate(tried(n_completed + n_pending)):
            index = self._client.attach_trial(point)
            if position < n_completed:
                self.tell(index, value(point))

    def ask(self) -> tuple[int, Point]:
        """Return a candidate of the model."""
        ((index, parameters),) = self._client.get_next_trials(max_trials=1).items()
        return index, {name: float(str(parameters[name])) for name in NAMES}

    def tell(self, index: int, outcome: float) -> None:
        """Pass it on."""
        self._client.complete_trial(index, raw_data={"value": outcome})


PROPOSERS: Mapping[str, Callable[[int, int], Candidates]] = {"ours": Ours, "ax": AxDefault}
