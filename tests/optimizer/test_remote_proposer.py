import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from ax.core.experiment import Experiment
from ax.generation_strategy.generation_strategy import GenerationStrategy

from hpo.errors import HpoError
from hpo.optimizer import Bayes, Optimizer, Sobol
from hpo.optimizer.remote_proposer import RemoteProposer
from hpo.optimizer.setup import Setup
from hpo.optimizer.snapshot import content
from hpo.space import SearchSpace
from hpo.study.proposer import Past, Suggestion
from tests.optimizer.past import LOSS, UNIT, drive, loss_of, reopened, space_of

SPACE = space_of(a=UNIT, b=UNIT)
LIMIT_S = 120.0

Make = Callable[..., RemoteProposer]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[RemoteProposer] = []

    def start(optimizer: Optimizer, n_left: int = 40, space: SearchSpace = SPACE) -> RemoteProposer:
        setup = Setup(optimizer=optimizer, space=space, objective=LOSS, seed=1, slots=2, n_left=n_left)
        made.append(RemoteProposer(setup))
        return made[-1]

    yield start
    for source in made:
        source.close()


def awaited(source: RemoteProposer, n_wanted: int = 1) -> Suggestion:
    deadline = time.monotonic() + LIMIT_S
    while (suggestion := source.suggest(n_left=9, n_wanted=n_wanted)) is None:
        assert time.monotonic() < deadline
        assert not source.is_exhausted
        time.sleep(0.01)
    return suggestion


def ended(source: RemoteProposer, suggestion: Suggestion) -> Past:
    data = {"objective": loss_of(suggestion.parameters)}
    source.complete(suggestion.index, data)
    return Past(suggestion.index, suggestion.parameters, data)


def server(source: RemoteProposer) -> psutil.Process:
    return psutil.Process(source._server.pid)


def kill(source: RemoteProposer) -> None:
    """Kill its process; another one takes over."""
    server(source).kill()
    deadline = time.monotonic() + LIMIT_S
    while not source._is_dead:
        assert time.monotonic() < deadline
        source.prepare(n_left=4)
        time.sleep(0.01)
    source._live()


@dataclass(frozen=True, kw_only=True)
class Broken(Sobol):
    """Proposes nothing."""

    def generation_strategy(self, experiment: Experiment, *_: object, **__: object) -> GenerationStrategy:
        raise ValueError("no strategy for you")


def test_it_proposes_what_the_one_in_this_process_does(make: Make) -> None:
    """Asked for one after the other, without looking ahead, initial points and the model's are the same."""
    source = make(Bayes(n_initial=3, look_ahead=0))
    past = [ended(source, awaited(source)) for _ in range(5)]
    assert past == drive(reopened(Bayes(n_initial=3), SPACE), [], 5, fails=False)


def test_it_does_not_wait(make: Make) -> None:
    """Before anything is ready the answer is None, and the space is not exhausted."""
    source = make(Bayes())
    assert source.suggest(n_left=4, n_wanted=1) is None
    assert not source.is_exhausted


def test_suggestions_are_ready_before_they_are_wanted(make: Make) -> None:
    """With look_ahead=2, two are there at once, and tell how many outcomes came in after they were made."""
    source = make(Bayes(n_initial=3, look_ahead=2))
    running = [awaited(source, n_wanted=2) for _ in range(4)]
    for suggestion in running:
        ended(source, suggestion)
    while source._ready:  # initial points that it had made before it knew how many were wanted
        ended(source, awaited(source))
    ended(source, awaited(source))  # the model's first
    deadline = time.monotonic() + LIMIT_S
    while len(source._ready) < 2:
        assert time.monotonic() < deadline
        source.prepare(n_left=9)
        time.sleep(0.01)
    first, second = (source.suggest(n_left=9, n_wanted=1) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.parameters != second.parameters
    ended(source, first)
    ended(source, second)
    stale = awaited(source)
    assert stale.n_unseen <= 2
    assert stale.index == second.index + 1


def test_another_process_takes_over_from_one_that_died(make: Make) -> None:
    """Killed in mid-study: indices go on, and points that were tried do not come again."""
    source = make(Sobol())
    past = [ended(source, awaited(source)) for _ in range(3)]
    kill(source)
    past.extend(ended(source, awaited(source)) for _ in range(3))
    assert [trial.index for trial in past] == list(range(6))
    assert past == drive(reopened(Sobol(), SPACE), [], 6, fails=False)


def test_points_that_a_dead_process_had_ready_come_again(make: Make) -> None:
    """It had made the last ones of a small space, and said so; the study still gets them."""
    small = space_of(a={"type": "range", "bounds": [1, 6]})
    source = make(Sobol(), n_left=9, space=small)
    tried = [awaited(source)]
    deadline = time.monotonic() + LIMIT_S
    while len(source._ready) < 5:
        assert time.monotonic() < deadline
        source.prepare(n_left=8)
        time.sleep(0.01)
    kill(source)
    tried.extend(awaited(source) for _ in range(5))
    assert sorted(int(suggestion.parameters["a"]) for suggestion in tried) == [1, 2, 3, 4, 5, 6]
    while not source.is_exhausted:
        assert time.monotonic() < deadline
        assert source.suggest(n_left=3, n_wanted=1) is None
        time.sleep(0.01)


def test_a_process_that_dies_again_and_again_is_an_error(make: Make) -> None:
    """Two deaths without a suggestion in between end the study, with the exit code."""
    source = make(Sobol())
    kill(source)
    with pytest.raises(HpoError, match=r"ended 2 times in a row \(exit code -9"):
        kill(source)


def test_what_is_raised_there_is_raised_here(make: Make) -> None:
    """The reason is in the error."""
    source = make(Broken())
    with pytest.raises(HpoError, match=r"No parameters can be proposed: ValueError: no strategy for you"):
        awaited(source)


def test_the_snapshot_has_what_was_asked_for(make: Make, tmp_path: Path) -> None:
    """Completed, failed and running trials are in it; what was made ahead is not. A folder that is not there raises."""
    source = make(Sobol())
    ended(source, awaited(source))
    source.fail(awaited(source).index, "ValueError: no")
    awaited(source)
    source.save(tmp_path / "ax.json")
    assert [status for status, _, _ in content(tmp_path / "ax.json").values()] == ["COMPLETED", "ABANDONED", "RUNNING"]
    with pytest.raises(HpoError, match="FileNotFoundError"):
        source.save(tmp_path / "nowhere" / "ax.json")


def test_no_more_are_made_than_the_study_asks_for(make: Make) -> None:
    """Three trials are left: after three there is no fourth, and no exhaustion either."""
    source = make(Sobol(), n_left=3)
    assert [awaited(source).index for _ in range(3)] == [0, 1, 2]
    time.sleep(0.3)
    assert source.suggest(n_left=0, n_wanted=1) is None
    assert not source.is_exhausted


def test_it_ends_when_it_is_closed_and_not_for_a_signal(make: Make) -> None:
    """Ctrl-C and SIGTERM reach all processes of a job; the program decides when this one ends."""
    source = make(Sobol())
    awaited(source)
    process = server(source)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(process.pid, number)
    assert awaited(source).index == 1
    source.close()
    source.close()
    assert not process.is_running()
