import pytest

from hpo.throttle import Throttle


def runs(throttle: Throttle) -> list[bool]:
    return [throttle.run(lambda: None) for _ in range(2)]


def test_an_action_runs_once_an_interval() -> None:
    """The first time at once, and then not before the interval is over."""
    assert runs(Throttle(interval_s=60.0)) == [True, False]


def test_an_action_that_is_not_due_at_first_waits_for_an_interval() -> None:
    """What costs much and can wait does not run at the first occasion."""
    assert runs(Throttle(interval_s=60.0, starts_due=False)) == [False, False]
    assert runs(Throttle(interval_s=0.0, share=1.0, starts_due=False))[0]


def test_an_action_that_raises_is_not_tried_again_at_once() -> None:
    """A fault that stays (a full disk) costs no more time than what succeeds."""
    throttle = Throttle(interval_s=60)
    with pytest.raises(ZeroDivisionError):
        throttle.run(lambda: 1 // 0)
    assert throttle.run(lambda: 1 // 0) is False
