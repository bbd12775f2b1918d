from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from hpo.failures import Failures
from hpo.interruption import Interruption
from hpo.objective import build_objective
from hpo.space import build_space
from hpo.study import Plan, Study, StudyPaths
from hpo.study.history import History
from hpo.study.observers import Observer
from tests.scripted import ListProposer, MakeStudy


@pytest.fixture
def proposer() -> ListProposer:
    return ListProposer()


@pytest.fixture
def make_study(tmp_path: Path, proposer: ListProposer) -> Iterator[MakeStudy]:
    made: list[Study] = []

    def make(
        *,
        num_trials: int = 4,
        slots: int = 2,
        metric: str = "loss",
        direction: str = "minimize",
        constraints: tuple[str, ...] = (),
        observers: Mapping[str, Observer] | None = None,
        proposer: ListProposer = proposer,
        failures: Failures | None = None,
        interruption: Interruption | None = None,
    ) -> Study:
        paths = StudyPaths(tmp_path / "study")
        paths.root.mkdir(exist_ok=True)
        study = Study(
            Plan("demo", num_trials, slots, seed=3, arguments=("task=demo",)),
            paths,
            paths.new_session("now"),
            space=build_space({"x": {"type": "range", "bounds": [0.0, 9.0]}}),
            objective=build_objective(metric, direction, constraints),
            proposer=proposer,
            history=History(paths),
            observers=observers,
            failures=failures,
            interruption=interruption,
        )
        made.append(study)
        return study

    yield make
    for study in made:
        with suppress(ValueError):  # of a closed file: some tests end it themselves
            study.end()
