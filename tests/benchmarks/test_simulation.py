from collections.abc import Mapping
from pathlib import Path

import pytest

from benchmarks.simulation.events import simulate
from benchmarks.simulation.problems import HARTMANN6, best_so_far, run_time
from benchmarks.simulation.runs import Simulation, Store

RUN_TIMES = (3.0, 1.0, 1.0, 4.0, 1.0, 1.0)


class Recorder:
    """Suggests its own index and notes what it is told and when; waits for an outcome after ``n_free`` suggestions."""

    def __init__(self, n_free: int = 100) -> None:
        self.events: list[str] = []
        self.ended_at: dict[int, float] = {}
        self.most_in_flight = 0
        self._n_free = n_free
        self._n_asked = self._n_told = 0

    def ask(self, n_left: int, now: float) -> tuple[int, Mapping[str, float]] | None:
        if self._n_asked >= self._n_free and not self._n_told:
            return None
        index, self._n_asked = self._n_asked, self._n_asked + 1
        self.most_in_flight = max(self.most_in_flight, self._n_asked - self._n_told)
        self.events.append(f"ask {index}")
        return index, {"x": float(index)}

    def tell(self, index: int, value: float, now: float) -> None:
        self._n_told += 1
        self.ended_at[index] = now
        self.events.append(f"tell {index}")

    def pause(self, n_left: int) -> None:
        self.events.append("pause")


def simulated(asker: Recorder, n_trials: int = len(RUN_TIMES), slots: int = 2) -> list[float]:
    return simulate(asker, lambda point: 10 * point["x"], RUN_TIMES.__getitem__, slots=slots, n_trials=n_trials)


def test_values_come_in_the_order_of_ends() -> None:
    """Two slots, run times 3, 1, 1, 4, 1, 1: trials end as 1, 2, 0, 4, 5, 3 and 0 before 3 at the same moment."""
    recorder = Recorder()
    assert simulated(recorder) == [10.0, 20.0, 0.0, 40.0, 50.0, 30.0]
    assert recorder.ended_at == {0: 3.0, 1: 1.0, 2: 2.0, 3: 6.0, 4: 4.0, 5: 5.0}


def test_no_more_trials_run_than_there_are_slots() -> None:
    """The cap holds, and is reached."""
    for slots in (1, 2, 3):
        recorder = Recorder()
        simulated(recorder, slots=slots)
        assert recorder.most_in_flight == slots


def test_a_free_slot_is_filled_from_what_is_known_then() -> None:
    """An outcome is told before the next suggestion; a pause comes only where time passes until the next end."""
    recorder = Recorder()
    simulated(recorder, n_trials=3)
    assert recorder.events == ["ask 0", "ask 1", "pause", "tell 1", "ask 2", "pause", "tell 2", "pause", "tell 0"]


def test_an_optimizer_may_wait_for_an_outcome() -> None:
    """Its slot stays empty until then; with nothing running it would wait for ever, which is an error."""
    recorder = Recorder(n_free=1)
    assert len(simulated(recorder)) == len(RUN_TIMES)
    assert recorder.events[:3] == ["ask 0", "pause", "tell 0"]
    with pytest.raises(RuntimeError, match="waits for an outcome"):
        simulated(Recorder(n_free=0))


def test_run_times_are_those_of_the_seed() -> None:
    """The same for each optimizer, others for another seed."""
    assert run_time(1, 5) == run_time(1, 5)
    assert len({run_time(seed, index) for seed in range(3) for index in range(100)}) == 300


def test_best_so_far_never_rises() -> None:
    """It is the least value up to each trial."""
    assert best_so_far([3.0, 1.0, 2.0, 0.5]) == [3.0, 1.0, 1.0, 0.5]
    assert HARTMANN6.value({f"x{number}": 0.5 for number in range(1, 7)}) == pytest.approx(-0.5053149)


def test_what_was_simulated_is_not_simulated_again(tmp_path: Path) -> None:
    """A store finds its values again, not those of another version, and passes over a line that a crash cut short."""
    path = tmp_path / "values.jsonl"
    done = Simulation("sobol", "branin", 2, seed=0, made_with="one")
    Store(path).add(done, [1.0, 0.5])
    path.write_text(path.read_text() + '["cut sho')
    store = Store(path)
    assert store.get(done) == [1.0, 0.5]
    assert store.get(Simulation("sobol", "branin", 2, seed=0, made_with="two")) is None
