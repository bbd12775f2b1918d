from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from hpo.failures import Failures
from hpo.interruption import Interruption
from hpo.objective import build_objective
from hpo.space import build_space
from hpo.study import Plan, Results, Study, StudyPaths
from hpo.study.history import History
from hpo.study.journal import SCHEMA
from hpo.study.observers import Observer
from tests.scripted import ListProposer, MakeStudy

Asked = Callable[..., Study]


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


def record_of(study: Results, config: Mapping[str, object]) -> dict[str, object]:
    plan = study.plan
    return {
        "schema": SCHEMA,
        "study": plan.name,
        "created": "2026-01-02T03:04:05+00:00",
        "plan": {
            "num_trials": plan.num_trials,
            "slots": plan.slots,
            "seed": plan.seed,
            "arguments": list(plan.arguments),
        },
        "space": study.space.to_json(),
        "objective": study.objective.to_json(),
        "versions": {"hpo": "0.2.0"},
        "config": dict(config),
    }


@pytest.fixture
def asked(make_study: MakeStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Make a study that lies in outputs/demo of the working directory, with a study.yaml."""

    def make(
        task: str = "tasks.toy.Branin",
        optimizer: str = "hpo.optimizer.Sobol",
        config: Mapping[str, object] | None = None,
        **settings: object,
    ) -> Study:
        study = make_study(**settings)
        whole = {"task": {"_target_": task}, "optimizer": {"_target_": optimizer}, **(config or {})}
        study.paths.config.write_text(yaml.safe_dump(record_of(study, whole), sort_keys=False))
        outputs = tmp_path / "outputs"
        if not outputs.exists():
            outputs.mkdir()
            (outputs / "demo").symlink_to(study.paths.root)
        monkeypatch.chdir(tmp_path)
        return study

    return make
