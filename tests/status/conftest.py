from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from hpo.study import Results, Study
from hpo.study.journal import SCHEMA
from tests.scripted import MakeStudy
from tests.study_fixtures import make_study, proposer

__all__ = ["make_study", "proposer"]

Asked = Callable[..., Study]


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
