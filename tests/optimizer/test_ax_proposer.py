import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.objective import Objective, build_objective
from hpo.optimizer import Bayes, Optimizer, Random, Sobol
from hpo.optimizer.ax_proposer import AxProposer
from hpo.space import SearchSpace, build_space
from hpo.task import ParameterValue

SPACE = build_space(
    {
        "a": {"type": "range", "bounds": [0.0, 1.0]},
        "b": {"type": "range", "bounds": [1, 9], "value_type": "int"},
        "c": {"type": "choice", "values": ["relu", "tanh"]},
        "d": {"type": "fixed", "value": 7},
        "e": {"type": "range", "bounds": [1.0e-4, 1.0e-1], "log": True},
        "f": {"type": "range", "bounds": [1.0, 1.3], "step": 0.1},
    }
)
LINE = build_space({"x": {"type": "range", "bounds": [0.0, 1.0]}})
LOSS = build_objective("loss")
OPTIMIZERS: Sequence[Optimizer] = (Bayes(), Sobol(), Random())


def proposer(
    optimizer: Optimizer, space: SearchSpace = SPACE, objective: Objective = LOSS, seed: int = 0, slots: int = 2
) -> AxProposer:
    return AxProposer(optimizer, space, objective, seed=seed, slots=slots)


def suggestions(source: AxProposer, n: int) -> list[tuple[int, Mapping[str, ParameterValue]]]:
    found = [source.suggest(n_left=n - position) for position in range(n)]
    return [(suggestion.index, suggestion.parameters) for suggestion in found if suggestion is not None]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_suggestions_lie_in_the_space(optimizer: Optimizer) -> None:
    """Every kind of parameter gets a value that the space contains, fixed ones too."""
    for _, parameters in suggestions(proposer(optimizer), 4):
        assert SPACE.check_parameters(parameters) == []
        assert list(parameters) == list(SPACE.names)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_the_same_seed_gives_the_same_suggestions(optimizer: Optimizer) -> None:
    """Two proposers with one seed agree; another seed differs."""
    first, again, other = (suggestions(proposer(optimizer, seed=seed), 4) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.parametrize("optimizer", [Sobol(), Random()], ids=lambda optimizer: type(optimizer).__name__)
def test_making_suggestions_ahead_changes_none(optimizer: Optimizer) -> None:
    """A proposer that uses pauses proposes what one without pauses does."""
    eager, lazy = proposer(optimizer, LINE), proposer(optimizer, LINE)
    eager.prepare(n_left=6)
    with_pauses = []
    for position in range(6):
        with_pauses.extend(suggestions(eager, 1))
        eager.prepare(n_left=5 - position)
    assert with_pauses == suggestions(lazy, 6)


def test_nothing_is_generated_beyond_the_total(tmp_path: Path) -> None:
    """Suggestions made ahead stop at the last trial of the study: Ax knows of no other trial."""
    source = proposer(Sobol(), LINE, slots=4)
    suggestions(source, 3)
    source.prepare(n_left=0)
    source.save(tmp_path / "ax.json")
    assert len(json.loads((tmp_path / "ax.json").read_text())["experiment"]["trials"]) == 3


def test_linear_constraints_hold() -> None:
    """Coefficients reach Ax: b <= 0.5*a for every suggestion."""
    names = {name: {"type": "range", "bounds": [0.0, 1.0]} for name in "ab"}
    space = build_space(names, ["b <= 0.5*a"])
    for optimizer in OPTIMIZERS:
        for _, parameters in suggestions(proposer(optimizer, space), 5):
            assert space.contains(parameters)


def test_the_centre_comes_first() -> None:
    """Bayes begins with the centre of the space unless told not to."""
    assert suggestions(proposer(Bayes(), LINE), 1)[0][1] == {"x": 0.5}
    assert suggestions(proposer(Bayes(centre=False), LINE), 1)[0][1] != {"x": 0.5}


def test_given_points_come_before_all_others() -> None:
    """optimizer.first is tried in its order, with the fixed parameters filled in."""
    space = build_space({"x": {"type": "range", "bounds": [0.0, 1.0]}, "k": {"type": "fixed", "value": 2}})
    source = proposer(Sobol(first=({"x": 0.25}, {"x": 0.75})), space)
    found = suggestions(source, 3)
    assert [parameters for _, parameters in found[:2]] == [{"x": 0.25, "k": 2}, {"x": 0.75, "k": 2}]
    assert [index for index, _ in found] == [0, 1, 2]


def test_more_slots_than_initial_points_never_block() -> None:
    """With every initial point in flight and no outcome, there is still a suggestion."""
    assert len(suggestions(proposer(Bayes(n_initial=2), LINE), 8)) == 8


def test_a_failed_point_is_not_suggested_again() -> None:
    """The model proposes somewhere else after a failure, though no data is new."""
    source = proposer(Bayes(n_initial=3), LINE)
    for value, (index, _) in enumerate(suggestions(source, 3)):
        source.complete(index, {"objective": float(value)})
    seen = []
    for _ in range(3):
        ((index, parameters),) = suggestions(source, 1)
        source.fail(index, "ValueError: no")
        seen.append(parameters["x"])
    assert len(set(seen)) == 3


@pytest.mark.parametrize("optimizer", [Sobol(), Random()], ids=lambda optimizer: type(optimizer).__name__)
def test_a_small_space_ends(optimizer: Optimizer) -> None:
    """A space of two points gives two suggestions, then none."""
    space = build_space({"c": {"type": "choice", "values": ["relu", "tanh"]}})
    found = suggestions(proposer(optimizer, space), 4)
    assert sorted(str(parameters["c"]) for _, parameters in found) == ["relu", "tanh"]


def test_a_small_space_with_a_constraint_gives_all_its_points() -> None:
    """Points made ahead do not end a study while single ones are left: x <= y on 1..3 has six."""
    names = {name: {"type": "range", "bounds": [1, 3]} for name in "xy"}
    source = proposer(Sobol(), build_space(names, ["x <= y"]), slots=2)
    assert len({tuple(parameters.values()) for _, parameters in suggestions(source, 6)}) == 6


def test_the_last_points_come_also_when_several_are_wanted() -> None:
    """Ten points with a + b <= 3: made four at once, where the last time only two are left, none is lost."""
    names = {name: {"type": "range", "bounds": [0, 3]} for name in "ab"}
    source = proposer(Bayes(n_initial=2), build_space(names, ["a + b <= 3"]))
    points = []
    while made := source.make(4, n_left=16):
        for suggestion in made:
            points.append(tuple(suggestion.parameters.values()))
            source.complete(suggestion.index, {"objective": float(len(points))})
    assert len(points) == len(set(points)) == 10
    assert source.is_exhausted


def test_the_model_learns() -> None:
    """On a parabola the model's points beat the initial ones, with a maximised objective and a constraint."""
    objective = build_objective("gain", "maximize", ("cost <= 2",))
    source = proposer(Bayes(n_initial=4), LINE, objective)
    gains = []
    for _ in range(7):
        ((index, parameters),) = suggestions(source, 1)
        x = float(parameters["x"])
        gains.append(-((x - 0.37) ** 2))
        source.complete(index, {"objective": gains[-1], "cost": 1.0})
    assert max(gains[4:]) > max(gains[:4])


def test_the_snapshot_is_an_ax_client(tmp_path: Path) -> None:
    """ax_client.json opens with Ax's own client and holds the data that was told."""
    from ax.api.client import Client  # noqa: PLC0415 - what is tested

    source = proposer(Sobol(), LINE)
    ((index, _),) = suggestions(source, 1)
    source.complete(index, {"objective": 4.0})
    source.save(tmp_path / "ax_client.json")
    client = Client.load_from_json_file(str(tmp_path / "ax_client.json"))
    assert list(client.summarize()["objective"]) == [4.0]


def test_no_initial_point_is_refused() -> None:
    """The model cannot begin without data."""
    with pytest.raises(InputError, match=r"optimizer.n_initial=0 leaves the model without data"):
        Bayes(n_initial=0)


def test_a_given_point_outside_the_space_is_refused() -> None:
    """optimizer.first is held against the space, with its position."""
    (fault,) = Sobol(first=({"x": 3.0},)).check_first(LINE)
    assert "optimizer.first[0]" in fault.what
