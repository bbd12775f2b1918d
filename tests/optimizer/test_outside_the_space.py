from collections.abc import Mapping
from pathlib import Path

import pytest

from hpo.optimizer import Bayes, Random, Sobol
from hpo.optimizer.ax_proposer import AxProposer
from hpo.optimizer.snapshot import content
from hpo.space import SearchSpace
from hpo.study.proposer import Past
from hpo.task import ParameterValue
from tests.optimizer.past import UNIT, drive, loss_of, reopened, space_of


def choice(*values: ParameterValue) -> Mapping[str, object]:
    return {"type": "choice", "values": list(values)}


def bounds(lower: float, upper: float, **more: object) -> Mapping[str, object]:
    return {"type": "range", "bounds": [lower, upper], **more}


def fixed(value: ParameterValue) -> Mapping[str, object]:
    return {"type": "fixed", "value": value}


def space(x: Mapping[str, object], *constraints: str) -> SearchSpace:
    return space_of(constraints, x=x, y=UNIT)


# The space before, the space now, and whether everything that was completed is still data for the model.
CHANGES = {
    "narrowed": (space(UNIT), space(bounds(0.0, 0.4)), True),
    "widened": (space(UNIT), space(bounds(-1.0, 3.0)), True),
    "moved away": (space(UNIT), space(bounds(2.0, 3.0)), True),
    "constrained": (space(UNIT), space(UNIT, "y <= 0.3*x"), True),
    "fixed": (space(UNIT), space(fixed(0.5)), True),
    "fixed, hardly varied": (space(bounds(0.0, 2e-5)), space(fixed(1e-9)), True),
    "fixed int": (space(bounds(1, 9)), space(fixed(3)), True),
    "fixed text": (space(choice("a", "b", "c")), space(fixed("a")), True),
    "fixed truth": (space(choice(True, False)), space(fixed(True)), True),
    "freed": (space(fixed(0.5)), space(UNIT), True),
    "freed elsewhere": (space(fixed(5.0)), space(UNIT), True),
    "choice added": (space(choice("a", "b")), space(choice("a", "b", "c")), True),
    "choice removed": (space(choice("a", "b", "c")), space(choice("a", "b")), False),
    "all choices replaced": (space(choice("a", "b")), space(choice("c", "d")), False),
    "number removed": (space(choice(1, 2, 4)), space(choice(1, 2)), True),
    "stepped": (space(UNIT), space(bounds(0.0, 1.0, step=0.25)), True),
    "log now": (space(bounds(-1.0, 1.0)), space(bounds(0.01, 1.0, log=True)), False),
    "log, narrower": (space(bounds(0.001, 1.0, log=True)), space(bounds(0.1, 1.0, log=True)), True),
}


def history_in(old: SearchSpace) -> list[Past]:
    """Eight trials: five completed, two failed and one that will run again."""
    history = drive(reopened(Sobol(), old), [], 7)
    last = drive(reopened(Sobol(), old, history), list(history), 8)[7]
    return [*history, Past(7, last.parameters, is_unfinished=True)]


@pytest.mark.parametrize("optimizer", [Sobol(), Random()], ids=lambda optimizer: type(optimizer).__name__)
@pytest.mark.parametrize("change", CHANGES)
def test_what_is_proposed_lies_in_the_new_space(optimizer: Sobol | Random, change: str) -> None:
    """Whatever the history holds: bounds, choices, constraints and fixed values of now are kept exactly."""
    old, new, _ = CHANGES[change]
    history = history_in(old)
    for past in drive(reopened(optimizer, new, history), list(history), 14)[8:]:
        assert new.check_parameters(past.parameters) == []
        assert {name: past.parameters[name] for name in new.fixed} == new.fixed


@pytest.mark.parametrize("change", CHANGES)
def test_the_model_takes_trials_outside_the_space_as_data(change: str, tmp_path: Path) -> None:
    """Every completed trial in Ax is data for its model; one that cannot be is abandoned, under its index."""
    old, new, is_all_data = CHANGES[change]
    history = history_in(old)
    source = reopened(Bayes(n_initial=1), new, history)
    source.complete(7, {"objective": loss_of(history[7].parameters)})
    for past in drive(source, list(history), 10, fails=False)[8:]:
        assert new.check_parameters(past.parameters) == []
        assert {name: past.parameters[name] for name in new.fixed} == new.fixed
    n_trained = n_data_of_the_model(source)
    source.save(tmp_path / "ax.json")
    statuses = [status for status, _, _ in content(tmp_path / "ax.json").values()]
    assert len(statuses) == 10
    n_completed = sum(past.data is not None for past in history) + 3
    assert (statuses.count("COMPLETED") == n_completed) is is_all_data
    # The model was fitted before the last trial was told.
    assert n_trained == statuses.count("COMPLETED") - 1


def n_data_of_the_model(source: AxProposer) -> int:
    (data,) = source._strategy.adapter.generator.surrogate.training_data
    return len(data.X)


@pytest.mark.parametrize("optimizer", [Sobol(), Bayes(n_initial=30)], ids=lambda optimizer: type(optimizer).__name__)
def test_points_outside_the_space_are_not_counted_as_its_own(optimizer: Sobol | Bayes) -> None:
    """Twelve trials, nine of them outside, leave three points of a space that was narrowed to six; then it ends."""
    old, new = space_of(x=bounds(1, 4), y=bounds(1, 9)), space_of(x=bounds(1, 2), y=bounds(1, 3))
    points = [{"x": x, "y": y} for x in (3, 4, 2) for y in (9, 3, 2, 1)]
    history = [Past(index, point, {"objective": loss_of(point)}) for index, point in enumerate(points)]
    assert all(old.contains(point) for point in points)
    found = [past.parameters for past in drive(reopened(optimizer, new, history), list(history), 20)[12:]]
    assert sorted(point["y"] for point in found if point["x"] == 1) == [1, 2, 3]
    assert len(found) == 3
