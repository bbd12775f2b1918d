import pytest

from hpo.errors import InputError
from hpo.failures import Failures, commonest


def test_every_fault_is_named_with_its_key() -> None:
    """All three settings are checked, and reported together."""
    with pytest.raises(InputError) as raised:
        Failures(trial_timeout_s=0, retries=-1, max_share=2)
    assert [fault.what.partition("=")[0] for fault in raised.value.faults] == [
        "failures.trial_timeout_s",
        "failures.retries",
        "failures.max_share",
    ]


@pytest.mark.parametrize(
    ("n_failed", "n_ended", "expected"),
    [(9, 9, False), (8, 10, True), (7, 10, False), (75, 100, False), (76, 100, True)],
)
def test_a_share_counts_from_ten_trials_on(n_failed: int, n_ended: int, expected: bool) -> None:
    """Of fewer than ten trials a share says little; past the share it is enough."""
    assert Failures(max_share=0.75).are_too_many(n_failed, n_ended) is expected


def test_a_share_of_one_never_stops() -> None:
    """Even if all fail."""
    assert not Failures(max_share=1).are_too_many(100, 100)


def test_reasons_that_differ_in_numbers_are_one_kind() -> None:
    """The commonest comes first, shown as it was met first."""
    reasons = ["loss=3.5 too large", "no file", "loss=7.1 too large"]
    assert commonest(reasons, 1) == [("loss=3.5 too large", 2)]
