"""This program's proposer and Ax's own client behind one interface: tell one outcome, ask for one candidate."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Protocol

from ax.api.client import Client
from ax.api.configs import RangeParameterConfig

from benchmarks.candidates.data import NAMES, Point, tried, value
from hpo.objective import OBJECTIVE_METRIC, build_objective
from hpo.optimizer import Bayes
from hpo.optimizer.ax_proposer import AxProposer
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
        space = build_space({name: {"type": "range", "bounds": [0.0, 1.0]} for name in NAMES})
        points = tried(n_completed + n_pending)
        self._proposer = AxProposer(
            bayes_without_look_ahead(),
            space,
            build_objective("value"),
            seed=0,
            slots=n_pending,
            history=[
                Past(
                    index,
                    point,
                    {OBJECTIVE_METRIC: value(point)} if index < n_completed else None,
                    index >= n_completed,
                )
                for index, point in enumerate(points)
            ],
        )

    def ask(self) -> tuple[int, Point]:
        """Return a candidate of the model."""
        suggestion = self._proposer.suggest(n_left=1000)
        if suggestion is None:
            raise RuntimeError("the proposer has no candidate in a space without end")
        index, parameters = suggestion
        return index, _numbers(parameters)

    def tell(self, index: int, outcome: float) -> None:
        """Pass it on."""
        self._proposer.complete(index, {OBJECTIVE_METRIC: outcome})


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
        return index, _numbers(parameters)

    def tell(self, index: int, outcome: float) -> None:
        """Pass it on."""
        self._client.complete_trial(index, raw_data={"value": outcome})


PROPOSERS: Mapping[str, Callable[[int, int], Candidates]] = {"ours": Ours, "ax": AxDefault}


def has_look_ahead() -> bool:
    """Tell whether the optimizer can look ahead."""
    return any(field.name == "look_ahead" for field in fields(Bayes))


def bayes_without_look_ahead() -> Bayes:
    """Return ``optimizer=bayes`` with ``look_ahead=0``, or as it is where it knows no such setting."""
    settings: dict[str, Any] = {"look_ahead": 0} if has_look_ahead() else {}
    return Bayes(**settings)


def _numbers(parameters: Mapping[str, object]) -> Point:
    return {name: float(str(parameters[name])) for name in NAMES}
