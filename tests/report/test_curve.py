from collections.abc import Sequence

import pytest

from hpo.report.curve import MAX_POINTS, Band, Curve, is_wide, thinned
from hpo.study import Outcome, Status
from tests.scripted import MakeStudy


def curve(best: Sequence[float | None], ends_s: Sequence[float]) -> Curve:
    return Curve("demo", (), [0.0 if value is None else value for value in best], best, ends_s)


def test_the_best_so_far_keeps_to_the_constraints(make_study: MakeStudy) -> None:
    """Trials that violate one, or have no data, make nothing better; the ends count from the first start."""
    study = make_study(num_trials=4, slots=4, constraints=("size <= 3",))
    study.begin()
    for index, (loss, size) in enumerate([(1.0, 9.0), (5.0, 1.0), (2.0, 1.0)]):
        study.ask()
        study.start(index)
        metrics = {"loss": loss, "size": size}
        study.tell(index, Outcome(Status.COMPLETED, metrics, started_at=100.0 + index, seconds=2.0))
    study.ask()
    study.tell(3, Outcome(Status.FAILED, reason="no", started_at=100.0, seconds=9.0))
    found = Curve.of(study, "demo")
    assert (list(found.values), list(found.best)) == ([1.0, 5.0, 2.0], [None, 5.0, 2.0])
    assert found.ends_s == pytest.approx([2.0, 3.0, 4.0])


def test_a_band_begins_where_all_have_a_value_and_keeps_the_last() -> None:
    """Mean and standard deviation of two studies, by trial and by time."""
    curves = [curve([None, 4.0, 2.0], [1.0, 2.0, 3.0]), curve([8.0, 6.0], [10.0, 20.0])]
    by_trial = Band.of(curves, by_time=False)
    assert (by_trial.xs, by_trial.means) == ([2.0, 3.0], [5.0, 4.0])
    assert by_trial.upper == pytest.approx([5 + 2**0.5, 4 + 8**0.5])
    by_time = Band.of(curves, by_time=True)
    assert (by_time.xs, by_time.means) == ([10.0, 20.0], [5.0, 4.0])


def test_a_single_study_has_no_spread() -> None:
    """Its band is its curve."""
    band = Band.of([curve([3.0, 1.0], [1.0, 2.0])], by_time=False)
    assert list(band.lower) == list(band.means) == list(band.upper) == [3.0, 1.0]


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    """No page carries more points than show."""
    assert thinned([]) == []
    assert thinned([1.0, 2.0, 3.0]) == [1.0, 2.0, 3.0]
    shown = thinned([float(n) for n in range(5 * MAX_POINTS)])
    assert (len(shown) <= MAX_POINTS + 1, shown[0], shown[-1]) == (True, 0.0, 5.0 * MAX_POINTS - 1)


@pytest.mark.parametrize(
    ("values", "wide"), [([1.0, 50.0], False), ([0.1, 50.0], True), ([-1.0, 500.0], False), ([], False)]
)
def test_positive_values_of_many_sizes_want_a_logarithmic_axis(values: list[float], wide: bool) -> None:
    """Others do not, or cannot have one."""
    assert is_wide(values) is wide
