"""How trials that a warm start did not take are told."""

from hpo.restart.sources import Misfit, misfit_lines


def test_misfits_are_told_by_reason() -> None:
    """A line a source and reason, the commonest first; a name's digits tell reasons apart, a value's do not."""
    far = [Misfit(f"my study trial {k}", f"x1={20 + k} is not in the space (0 to 5)") for k in (3, 5, 7)]
    other = [Misfit("my study trial 9", "x2=20 is not in the space (0 to 5)")]
    failures = [Misfit(f"t.csv line {k}", "it is failed") for k in (2, 4)]
    assert misfit_lines([*other, *failures, *far]) == [
        "3 trials of my study do not fit: x1=23 is not in the space (0 to 5) [trial 3, 5, 7]",
        "2 lines of t.csv do not fit: it is failed [line 2, 4]",
        "1 trial of my study does not fit: x2=20 is not in the space (0 to 5) [trial 9]",
    ]


def test_many_misfits_are_ten_lines_and_a_count() -> None:
    """A terminal is not filled with what was left out, and nothing is left out of the count."""
    reasons = [Misfit(f"old trial {k}", f"reason_{'abcdefghijklm'[k]}") for k in range(13)]
    lines = misfit_lines(reasons)
    assert len(lines) == 11
    assert lines[-1] == "3 more did not fit, for other reasons (3 of them)"


def test_many_places_are_shortened() -> None:
    """One line stays one line, however many trials it is about."""
    (line,) = misfit_lines([Misfit(f"old trial {k}", "it is failed") for k in range(1000)])
    assert line == "1000 trials of old do not fit: it is failed [trial 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …]"


def test_no_misfits_are_no_lines() -> None:
    """Where everything fits there is nothing to say."""
    assert misfit_lines([]) == []
