from pathlib import Path

import pytest

from hpo.optimizer import Bayes, Optimizer, Random, Sobol
from hpo.optimizer.snapshot import content
from hpo.study.proposer import Past
from tests.optimizer.past import UNIT, drive, loss_of, reopened, space_of

SPACE = space_of(a=UNIT, b={"type": "range", "bounds": [1, 9]}, c={"type": "choice", "values": ["relu", "tanh"]})
OPTIMIZERS = (Bayes(n_initial=3), Sobol(), Random(), Sobol(first=({"a": 1, "b": 3, "c": "relu"},)))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: type(optimizer).__name__)
def test_a_replay_has_the_content_of_the_live_client(optimizer: Optimizer, tmp_path: Path) -> None:
    """Completed, failed and running trials: same indices, statuses, parameters and data, one save or two."""
    live = reopened(optimizer, SPACE)
    history = drive(live, [], 3)
    live.save(tmp_path / "early.json")
    drive(live, history, 5)
    suggestion = live.suggest(n_left=4)
    assert suggestion is not None
    live.save(tmp_path / "live.json")
    history.append(Past(suggestion.index, suggestion.parameters, is_unfinished=True))
    reopened(optimizer, SPACE, history).save(tmp_path / "replay.json")
    saved = content(tmp_path / "live.json")
    assert content(tmp_path / "replay.json") == saved
    assert [status for status, _, _ in saved.values()] == [
        *["COMPLETED"] * 2,
        "ABANDONED",
        *["COMPLETED"] * 2,
        "RUNNING",
    ]
    status, parameters, data = saved[1]
    assert (status, parameters) == ("COMPLETED", history[1].parameters)
    assert data == pytest.approx({"objective": loss_of(history[1].parameters)}, abs=1e-10)  # Ax writes ten decimals


def test_trials_that_were_only_made_ahead_are_not_in_the_snapshot(tmp_path: Path) -> None:
    """Ax hears of a suggestion when it is asked for."""
    source = reopened(Sobol(), SPACE)
    source.prepare(n_left=9)
    drive(source, [], 2)
    source.prepare(n_left=7)
    source.save(tmp_path / "ax.json")
    assert list(content(tmp_path / "ax.json")) == [0, 1]


def test_the_snapshot_can_be_continued_with_ax_alone(tmp_path: Path) -> None:
    """Whoever loads it gets the model and its strategy with it."""
    from ax.api.client import Client  # noqa: PLC0415 - what is tested

    source = reopened(Bayes(n_initial=3), SPACE)
    tried = drive(source, [], 4)
    source.save(tmp_path / "ax.json")
    client = Client.load_from_json_file(str(tmp_path / "ax.json"))
    ((index, parameters),) = client.get_next_trials(max_trials=1).items()
    assert index == 4
    assert parameters not in [past.parameters for past in tried]
