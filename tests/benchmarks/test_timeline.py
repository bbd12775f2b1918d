import math

import pytest

from benchmarks.confidence import mean_and_half_width, paired_difference
from benchmarks.timeline import Span, asynchronous_share, batch_share, utilisation, wall_s


def test_utilisation_is_the_share_of_the_slots_time() -> None:
    """Two slots, 6 s from first start to last end, 9 s of trials: 0.75."""
    spans = [Span(0, 100.0, 4.0), Span(1, 101.0, 3.0), Span(2, 104.0, 2.0)]
    assert wall_s(spans) == 6.0
    assert utilisation(spans, 2) == pytest.approx(0.75)


@pytest.mark.parametrize(("run_times", "share"), [([1, 1, 1, 1], 1.0), ([1, 3, 2, 2], 8 / 10), ([1, 1, 1], 3 / 4)])
def test_batches_wait_for_their_longest_trial(run_times: list[float], share: float) -> None:
    """With two slots each pair takes as long as its longer trial, and a last single one leaves a slot empty."""
    assert batch_share(run_times, 2) == pytest.approx(share)


def test_an_asynchronous_scheduler_fills_a_slot_that_falls_free() -> None:
    """1, 3, 2, 2 in two slots: the third starts at 1, the fourth at 3, all is over at 5."""
    assert asynchronous_share([1, 3, 2, 2], 2) == pytest.approx(8 / 10)
    assert asynchronous_share([3, 1, 1, 1], 2) == pytest.approx(1.0)


def test_the_interval_is_that_of_students_t() -> None:
    """For 1, 2, 3: mean 2, and t(0.975, 2) / sqrt(3) = 4.3027 / 1.7321 on either side."""
    mean, half_width = mean_and_half_width([1.0, 2.0, 3.0])
    assert mean == 2.0
    assert half_width == pytest.approx(4.30265 / math.sqrt(3), rel=1e-4)


def test_pairs_take_out_what_the_seeds_share() -> None:
    """Values that differ by the same amount at each seed differ by that amount for certain."""
    assert paired_difference([1.0, 5.0, 9.0], [2.0, 6.0, 10.0]) == (-1.0, 0.0)
    assert mean_and_half_width([1.0]) == (1.0, None)
