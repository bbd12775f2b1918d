import re

import pytest

from hpo.errors import InputError
from hpo.scheduler import RUN_TO_END, Asha, EarlyStopping, Median
from hpo.tuner import RayTuner

FAULTS: list[tuple[type[EarlyStopping], dict[str, object], str]] = [
    (Asha, {"grace_steps": 0}, "scheduler.grace_steps=0 is no number of steps (it takes 1 or more)"),
    (Median, {"grace_steps": 1.5}, "scheduler.grace_steps=1.5 is no number of steps"),
    (Asha, {"stop_within_s": -1}, "scheduler.stop_within_s=-1 is no time (it takes 0 or more, in s)"),
    (Asha, {"reduction_factor": 1}, "scheduler.reduction_factor=1 reduces nothing (it takes a number above 1)"),
    (Asha, {"reduction_factor": float("nan")}, "scheduler.reduction_factor=nan reduces nothing"),
    (Asha, {"max_steps": True}, "scheduler.max_steps=True is no number of steps"),
    (Asha, {"max_steps": 2, "grace_steps": 3}, "scheduler.max_steps=2 is below scheduler.grace_steps=3"),
    (Median, {"min_trials": 0}, "scheduler.min_trials=0 is no number of trials"),
]


@pytest.mark.parametrize(("scheduler", "settings", "message"), FAULTS, ids=str)
def test_a_setting_out_of_range_is_refused(
    scheduler: type[EarlyStopping], settings: dict[str, object], message: str
) -> None:
    """Each with its key, what is allowed, and what to type."""
    with pytest.raises(InputError, match=re.escape(message)):
        scheduler(**settings)  # type: ignore[arg-type]


def test_all_faults_are_told_together() -> None:
    """Independent faults are one error."""
    with pytest.raises(InputError) as caught:
        Asha(grace_steps=0, stop_within_s=-1, reduction_factor=0, max_steps=0)
    assert len(caught.value.faults) == 4


class Own(EarlyStopping):
    @property
    def name(self) -> str:
        return "own"


def test_a_scheduler_that_ray_does_not_have_is_refused() -> None:
    """Before anything starts, with those that there are."""
    (fault,) = RayTuner().check_scheduler(Own())
    assert "Own (tuner=ray knows none, asha and median). Set scheduler=none" in str(fault)
    assert [*RayTuner().check_scheduler(Asha()), *RayTuner().check_scheduler(RUN_TO_END)] == []
