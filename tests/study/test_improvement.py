from dataclasses import replace

import pytest

from hpo.study import Outcome, Results, Status, Study
from hpo.study.improvement import Improvement
from tests.scripted import MakeStudy, completed

FIRST = {"x": 0.0}  # what the scripted proposer proposes for trial 0


def told(study: Study, *outcomes: Outcome) -> Improvement | None:
    study.begin()
    for index, outcome in enumerate(outcomes):
        study.ask()
        study.tell(index, outcome)
    plan = replace(study.plan, baseline=FIRST)
    return Improvement.of(Results(plan, study.space, study.objective, study.ledger))


@pytest.mark.parametrize(
    ("direction", "others", "by", "says"),
    [
        ("minimize", (8.0, 2.0), 6.0, "Better by 6 (75 %) than the task's defaults: loss = 8 in trial 0"),
        ("maximize", (8.0, 20.0), 12.0, "Better by 12 (150 %)"),
        ("minimize", (2.0, 8.0), 0.0, "No trial is better than the task's defaults: loss = 2 in trial 0"),
    ],
)
def test_it_is_positive_where_the_best_is_better(
    make_study: MakeStudy, direction: str, others: tuple[float, ...], by: float, says: str
) -> None:
    """Whether the objective is minimised or maximised."""
    found = told(make_study(direction=direction), *map(completed, others))
    assert found is not None
    assert found.by == by
    assert found.wording.startswith(says)


def test_defaults_without_data_are_no_measure(make_study: MakeStudy) -> None:
    """Why there is none is said."""
    found = told(make_study(), Outcome(Status.FAILED, reason="ValueError: no"), completed(2.0))
    assert found is not None
    assert (found.value, found.by) == (None, None)
    assert found.wording == "The task's defaults gave no data in trial 0: ValueError: no"


def test_defaults_that_still_run_have_not_failed(make_study: MakeStudy) -> None:
    """Another trial may end before that of the defaults."""
    study = make_study(num_trials=2)
    study.begin()
    study.ask()
    plan = replace(study.plan, baseline=FIRST)
    found = Improvement.of(Results(plan, study.space, study.objective, study.ledger))
    assert found is not None
    assert found.wording == "The task's defaults are not evaluated yet in trial 0"


def test_defaults_that_violate_a_constraint_say_so(make_study: MakeStudy) -> None:
    """They may be better than the best trial that keeps to it."""
    study = make_study(constraints=("size <= 3",))
    found = told(study, completed(1.0, size=9.0), completed(2.0, size=1.0))
    assert found is not None
    assert found.by == -1.0
    assert found.wording == "The task's defaults: loss = 1, against the constraints, in trial 0"


def test_without_defaults_there_is_nothing_to_say(make_study: MakeStudy) -> None:
    """A study that was not asked for them has no improvement."""
    assert Improvement.of(make_study()) is None
