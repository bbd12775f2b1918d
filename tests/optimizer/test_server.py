from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from hpo.optimizer import Bayes, Sobol
from hpo.optimizer.look_ahead import N_BLIND
from hpo.optimizer.messages import Made, Save, Saved, Wanted
from hpo.optimizer.server import Server
from hpo.optimizer.settings import Optimizer
from hpo.optimizer.setup import Setup
from tests.optimizer.past import LOSS, UNIT, space_of

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Line: TypeAlias = "Connection[Any, Any]"


@pytest.fixture
def line() -> Iterator[tuple[Line, Line]]:
    ours, theirs = Pipe()
    yield ours, theirs
    ours.close()


def serve(theirs: Line, optimizer: Optimizer) -> None:
    """Serve in a thread, until the other end is closed."""
    setup = Setup(optimizer=optimizer, space=space_of(x=UNIT), objective=LOSS, seed=1, slots=4, n_left=100)

    def run() -> None:
        with suppress(EOFError, OSError):
            Server(theirs, setup).serve()

    Thread(target=run, daemon=True).start()


def test_the_last_snapshot_goes_before_all_suggestions(line: tuple[Line, Line], tmp_path: Path) -> None:
    """A program that ends is not held up by suggestions that nobody wants any more."""
    ours, theirs = line
    ours.send(Wanted(4))
    ours.send(Save(tmp_path / "ax.json", is_awaited=True))
    serve(theirs, Bayes())
    assert ours.recv() == Saved(None, is_awaited=True)
    assert isinstance(ours.recv(), Made)


def test_a_snapshot_that_nobody_waits_for_goes_after_them(line: tuple[Line, Line], tmp_path: Path) -> None:
    """Its fault is said; slots that wait come first."""
    ours, theirs = line
    ours.send(Save(tmp_path / "ax.json", is_awaited=False))
    ours.send(Wanted(2))
    serve(theirs, Bayes(look_ahead=0))
    assert [suggestion.index for suggestion in ours.recv().suggestions] == [0, 1]
    ours.send(Save(tmp_path / "nowhere" / "ax.json", is_awaited=True))
    assert "FileNotFoundError" in ours.recv().fault


def test_slots_that_wait_get_theirs_before_what_is_made_ahead(line: tuple[Line, Line]) -> None:
    """Of points that depend on no outcome, first those that are wanted, then many."""
    ours, theirs = line
    ours.send(Wanted(3))
    serve(theirs, Sobol())
    assert [len(ours.recv().suggestions) for _ in range(2)] == [3, N_BLIND]


def test_what_is_no_longer_wanted_is_not_made(line: tuple[Line, Line]) -> None:
    """A slot that was given another trial meanwhile takes its wish back."""
    ours, theirs = line
    ours.send(Wanted(4))
    ours.send(Wanted(-3))
    serve(theirs, Bayes(look_ahead=0))
    assert len(ours.recv().suggestions) == 1
    assert not ours.poll(1.0)
