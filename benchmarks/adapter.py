"""This program's proposer as the benchmarks call it: the one place that knows its interface."""

from collections.abc import Mapping, Sequence

from hpo.objective import OBJECTIVE_METRIC, build_objective
from hpo.optimizer import Optimizer
from hpo.optimizer.ax_proposer import AxProposer
from hpo.space import SearchSpace
from hpo.study.proposer import Past

Point = dict[str, float]


class ProjectProposer:
    """The proposer of a study that minimises ``value`` over numbers.

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
        proposer = AxProposer(optimizer, space, objective, seed=seed, slots=slots, history=renamed)
        self._proposer = looking_ahead(proposer, optimizer)

    def ask(self, n_left: int) -> tuple[int, Point] | None:
        """Return a new trial's index and parameters, or None if there is none now.

        Args:
            n_left: How many trials will still be asked for, this one among them.
        """
        suggestion = self._proposer.suggest(n_left)
        if suggestion is None:
            return None
        index, parameters = suggestion
        return index, {name: float(value) for name, value in parameters.items()}

    def tell(self, index: int, value: float) -> None:
        """Take a trial's value."""
        self._proposer.complete(index, {OBJECTIVE_METRIC: value})

    def pause(self, n_left: int) -> None:
        """Do what a study does in the time until the next trial ends.

        Args:
            n_left: How many trials will still be asked for.
        """
        self._proposer.prepare(n_left)


def looking_ahead(proposer: AxProposer, optimizer: Optimizer) -> AxProposer:
    """Return what proposes as a study with ``optimizer`` has it: the seam for looking ahead.

    What looks ahead in a study has to do so here too, so that nothing is imitated: that very class goes around
    ``proposer`` where ``optimizer`` asks for it, made so that what it makes in a pause is there when a slot falls free.
    There is none yet, and the proposer is returned as it is: it makes each point of the model when it is asked for.
    """
    del optimizer  # its setting decides once there is one
    return proposer


def _renamed(data: Mapping[str, float] | None) -> Mapping[str, float] | None:
    return None if data is None else {OBJECTIVE_METRIC: data["value"]}
