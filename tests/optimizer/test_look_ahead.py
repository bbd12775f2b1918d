import pytest

from hpo.optimizer.look_ahead import LookAhead


def after(trial_s: float, generation_s: float, *, together: int, slots: int = 8, n: int = 32) -> LookAhead:
    """Return it after ``n`` trials, ``together`` of which begin and end at the same moment each time."""
    look_ahead = LookAhead(slots)
    for index in range(n):
        began = (index // together) * trial_s * together / slots
        look_ahead.asked(index, began)
        look_ahead.told(index, began + trial_s)
        look_ahead.made(generation_s)
    return look_ahead


def test_nothing_is_made_ahead_before_anything_is_known() -> None:
    """Without a trial that ended there is no time to compare with."""
    look_ahead = LookAhead(8)
    look_ahead.made(1.0)
    assert look_ahead.n_ready == 0


def test_with_long_trials_suggestions_rest_on_all_outcomes() -> None:
    """Five minutes a trial and half a second a suggestion: a slot waits for 0.2 % of its time, and nothing is stale."""
    assert after(300.0, 0.5, together=1).n_ready == 0


def test_trials_that_end_together_are_prepared_for() -> None:
    """Eight slots that fall free at once would wait 14 % of their time for suggestions in turn; one alone, 3 %."""
    assert after(10.0, 0.3, together=8).n_ready == 4
    assert after(10.0, 0.3, together=1).n_ready == 0


def test_with_short_trials_as_many_are_ready_as_there_are_slots() -> None:
    """A suggestion takes longer than a trial: more than one for each slot would only make them older."""
    assert after(0.1, 1.0, together=1).n_ready == 8


@pytest.mark.parametrize("n_fixed", [0, 3])
def test_a_number_that_was_given_stays(n_fixed: int) -> None:
    """Whatever the times are."""
    look_ahead = LookAhead(8, n_fixed)
    look_ahead.asked(0, 0.0)
    look_ahead.told(0, 0.01)
    look_ahead.made(9.0)
    assert look_ahead.n_ready == n_fixed


def test_it_follows_the_trials_of_late() -> None:
    """Trials that grow longer need less and less ahead."""
    look_ahead = after(1.0, 0.5, together=8)
    assert look_ahead.n_ready == 8
    for index in range(100, 140):
        look_ahead.asked(index, 1000.0 * index)
        look_ahead.told(index, 1000.0 * index + 900.0)
    assert look_ahead.n_ready == 0
