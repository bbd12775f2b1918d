import collections
import math
import statistics

import pytest

from tasks.toy.failures import Fate
from tasks.toy.schedule import Schedule, draw

SHARES = {"invalid": 0.1, "error": 0.2, "hang": 0.05, "exit": 0.15, "out_of_memory": 0.3}


def schedule(seed: int, **changes: float) -> Schedule:
    settings = {"sleep_s": 2.0, "sleep_sigma": 0.5, "noise": 3.0} | changes
    return draw(seed, **settings, failures=SHARES)


def test_the_same_seed_gives_the_same_schedule() -> None:
    """Fate, run time and noise of a trial follow from its seed."""
    assert [schedule(seed) for seed in range(50)] == [schedule(seed) for seed in range(50)]


def test_neighbouring_seeds_give_different_schedules() -> None:
    """Trials with neighbouring seeds do not share run times."""
    assert len({schedule(seed).run_s for seed in range(50)}) == 50


def test_one_dial_leaves_the_other_draws() -> None:
    """Another shape of the run time changes neither fate nor noise."""
    changed = [schedule(seed, sleep_sigma=0) for seed in range(50)]
    assert [(s.fate, s.noise) for s in changed] == [(s.fate, s.noise) for s in (schedule(seed) for seed in range(50))]


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.0])
def test_the_mean_run_time_is_kept(sigma: float) -> None:
    """Whatever its shape, the run time's mean is sleep_s."""
    run_times = [schedule(seed, sleep_sigma=sigma).run_s for seed in range(10_000)]
    assert statistics.fmean(run_times) == pytest.approx(2.0, rel=0.05)


def test_the_run_time_has_its_shape() -> None:
    """The logarithm of the run time has standard deviation sleep_sigma."""
    logarithms = [math.log(schedule(seed).run_s) for seed in range(4000)]
    assert statistics.stdev(logarithms) == pytest.approx(0.5, rel=0.05)


def test_without_a_shape_the_run_time_is_constant() -> None:
    """With sleep_sigma=0 every trial takes sleep_s."""
    assert {schedule(seed, sleep_sigma=0).run_s for seed in range(20)} == {2.0}


def test_the_noise_has_its_standard_deviation() -> None:
    """The noise is centred and as wide as asked."""
    noise = [schedule(seed).noise for seed in range(4000)]
    assert (statistics.fmean(noise), statistics.stdev(noise)) == pytest.approx((0, 3), abs=0.2)


def test_the_fates_have_their_shares() -> None:
    """Over many seeds, each fate strikes the share of the trials that was asked for."""
    counts = collections.Counter(schedule(seed).fate for seed in range(10_000))
    shares = {fate.value: counts[fate] / 10_000 for fate in Fate}
    assert shares == pytest.approx(SHARES, abs=0.015)


def test_the_order_of_the_shares_does_not_matter() -> None:
    """The same shares in another order give each trial the same fate."""
    backwards = dict(reversed(SHARES.items()))
    fates = [draw(seed, sleep_s=0, sleep_sigma=0, noise=0, failures=backwards).fate for seed in range(100)]
    assert fates == [schedule(seed).fate for seed in range(100)]
