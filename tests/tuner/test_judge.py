"""Which trials Ray's schedulers call hopeless."""

import itertools
import logging
import math
import random

import pytest

from hpo.objective import build_objective
from hpo.scheduler import Asha, EarlyStopping, Median
from hpo.study import Status
from hpo.task import Report
from hpo.tuner.ray.judge import Judge

pytestmark = pytest.mark.ray


def judge(scheduler: EarlyStopping, metric: str = "loss", direction: str = "minimize") -> Judge:
    return Judge(scheduler, build_objective(metric, direction))


def hear(judge: Judge, index: int, step: int, loss: float) -> bool:
    return judge.hear(index, Report(step, {"loss": loss})) is not None


def verdicts(judge: Judge, losses: list[float], steps: range) -> list[int | None]:
    """Let trials with constant losses report one after the other; return at which step each was stopped."""
    return [next((step for step in steps if hear(judge, index, step, loss)), None) for index, loss in enumerate(losses)]


def test_asha_stops_what_is_not_among_the_best_at_a_rung() -> None:
    """Rungs are at 2, 4, 8 steps: the last one is in the better half at 2, and among those that came to 4 it is not."""
    asha = judge(Asha(grace_steps=2, reduction_factor=2))
    assert verdicts(asha, [3.0, 5.0, 1.0, 2.5], range(1, 10)) == [None, 2, None, 4]


def test_asha_stops_at_a_later_rung_too() -> None:
    """A trial that was good and stays behind is stopped where the next rung is."""
    asha = judge(Asha(grace_steps=1, reduction_factor=3))
    assert not any(hear(asha, 0, step, 1.0 / step) for step in range(1, 10))
    assert [step for step in range(1, 4) if hear(asha, 1, step, 0.9)] == [3]


def test_asha_stops_nothing_beyond_the_last_rung() -> None:
    """With max_steps=4 a trial that passed the rung there runs to its end, however it goes on."""
    asha = judge(Asha(grace_steps=2, reduction_factor=2, max_steps=4))
    assert verdicts(asha, [3.0], range(1, 20)) == [None]
    assert not any(hear(asha, 1, step, 1.0 if step <= 4 else 99.0) for step in range(1, 20))


def test_median_stops_what_is_worse_than_most() -> None:
    """Only once enough others have come as far, and not before the steps of grace."""
    median = judge(Median(grace_steps=2, min_trials=3))
    assert verdicts(median, [1.0, 9.0, 2.0, 5.0, 1.5], range(1, 5)) == [None, None, None, 2, None]


@pytest.mark.parametrize("scheduler", [Asha(), Median(min_trials=1)])
def test_the_direction_counts(scheduler: EarlyStopping) -> None:
    """Where more is better, less is hopeless."""
    assert verdicts(judge(scheduler, direction="maximize"), [3.0, 1.0, 5.0], range(1, 3)) == [None, 1, None]


def test_an_expression_is_evaluated_over_the_report() -> None:
    """What is compared is the objective, not a metric."""
    expression = judge(Asha(), metric="abs(loss - 3) + size")
    assert expression.hear(0, Report(1, {"loss": 3.0, "size": 0.0})) is None
    assert expression.hear(1, Report(1, {"loss": 3.0, "size": 1.0})) is not None


def test_a_verdict_has_the_metrics_the_scheduler_and_the_step() -> None:
    """What was reported last is kept, and the reason says who stopped the trial, when, at which value."""
    asha = judge(Asha())
    asha.hear(0, Report(1, {"loss": 1.0}))
    outcome = asha.hear(1, Report(2, {"loss": 2.0, "other": 7.0}))
    assert outcome is not None
    assert (outcome.status, outcome.metrics) == (Status.STOPPED_EARLY, {"loss": 2.0, "other": 7.0})
    assert outcome.reason == "scheduler=asha stopped it at step 2, where loss was 2"
    assert asha.hear(1, Report(3, {"loss": 0.0})) == outcome, "a verdict stays"


def test_a_report_without_the_objective_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    """It neither stops its trial nor counts against others, and that is said once."""
    asha = judge(Asha())
    with caplog.at_level(logging.WARNING):
        assert asha.hear(0, Report(1, {"train_loss": 0.1})) is None
        assert asha.hear(0, Report(2, {"train_loss": 0.1})) is None
    assert len(caplog.records) == 1
    assert "they lack loss, which objective.metric=loss needs (they have train_loss)" in caplog.text
    assert asha.n_shown == 0
    assert not hear(asha, 1, 1, 5.0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_not_shown(value: float) -> None:
    """What is no number is neither the best nor the worst."""
    asha = judge(Asha())
    assert not hear(asha, 0, 1, value)
    assert not hear(asha, 1, 1, 5.0)
    assert hear(asha, 2, 1, 6.0)


def test_an_attempt_that_repeats_steps_is_not_judged_twice() -> None:
    """A trial that begins again is the same competitor: its repeated steps count once."""
    median = judge(Median(min_trials=1))
    assert not hear(median, 0, 1, 2.0)
    assert not hear(median, 0, 1, 90.0)
    assert median.n_shown == 1
    assert hear(median, 1, 1, 3.0)


@pytest.mark.parametrize("scheduler", [Asha(reduction_factor=2), Median()])
def test_what_is_heard_again_is_judged_again_the_same(scheduler: EarlyStopping) -> None:
    """A session that begins with the reports of earlier ones knows what they knew, and goes on as they would have."""
    chance = random.Random(5)
    live, heard, stopped = judge(scheduler), list[tuple[int, int, float]](), set[int]()
    for step, index in itertools.product(range(1, 9), range(12)):
        if index not in stopped:
            heard.append((index, step, chance.random()))
            if hear(live, *heard[-1]):
                stopped.add(index)
    later = judge(scheduler)
    assert {index for index, step, loss in heard if hear(later, index, step, loss)} == stopped
    assert 0 < len(stopped) < 12
    assert hear(later, 12, 1, 0.9) == hear(live, 12, 1, 0.9)


def test_a_scheduler_that_saw_nothing_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """A task that does not report would never be stopped, and nobody would know why."""
    asha = judge(Asha())
    asha.complain_if_idle()
    assert "scheduler=asha had nothing to compare" in caplog.text
    caplog.clear()
    hear(asha, 0, 1, 1.0)
    asha.complain_if_idle()
    assert not caplog.records
