from collections.abc import Mapping, Sequence

from hpo.objective import build_objective
from hpo.optimizer import Optimizer
from hpo.optimizer.ax_proposer import AxProposer
from hpo.space import SearchSpace, build_space
from hpo.study.proposer import Past
from hpo.task import ParameterValue

LOSS = build_objective("loss")
UNIT = {"type": "range", "bounds": [0.0, 1.0]}


def space_of(constraints: Sequence[str] = (), /, **parameters: Mapping[str, object]) -> SearchSpace:
    return build_space(parameters, constraints)


def loss_of(parameters: Mapping[str, ParameterValue]) -> float:
    """A bowl round 0.3 in every number, and the length of every text."""
    return sum(len(value) if isinstance(value, str) else (float(value) - 0.3) ** 2 for value in parameters.values())


def reopened(
    optimizer: Optimizer, space: SearchSpace, history: Sequence[Past] = (), *, seed: int = 1, slots: int = 2
) -> AxProposer:
    return AxProposer(optimizer, space, LOSS, seed=seed, slots=slots, history=history)


def drive(source: AxProposer, history: list[Past], total: int, *, fails: bool = True) -> list[Past]:
    """Run trials until ``history`` has ``total``, one after the other; every fourth fails."""
    while len(history) < total and (suggestion := source.suggest(n_left=total - len(history))) is not None:
        index, parameters = suggestion.index, suggestion.parameters
        assert index == len(history)
        if fails and index % 4 == 2:
            source.fail(index, "ValueError: no")
            history.append(Past(index, parameters))
        else:
            source.complete(index, {"objective": loss_of(parameters)})
            history.append(Past(index, parameters, {"objective": loss_of(parameters)}))
    return history
