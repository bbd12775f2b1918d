import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from hpo.app.assembly import Assembled
from hpo.errors import InputError
from hpo.study import StoredStudy, StudyPaths
from tests.cli import succeed

Assemble = Callable[..., Assembled]
BOWL = "def loss(a, b=4, c=0.5):\n    return {'loss': (a - 1) ** 2 + (b - 3) ** 2 + c}\n"
SPACE = (
    "task=function",
    "task.function=bowl.loss",
    "objective.metric=loss",
    "+space.parameters.a={type: fixed, value: 2.0}",
    "+space.parameters.b={type: range, bounds: [0, 9], value_type: int}",
    "+space.parameters.c={type: range, bounds: [0.0, 1.0]}",
)
DEFAULTS = {"a": 2.0, "b": 4, "c": 0.5}


@pytest.fixture
def bowl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a function that has two defaults and one parameter without."""
    (tmp_path / "bowl.py").write_text(BOWL)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "bowl", sys)  # so that monkeypatch forgets what the test imports
    del sys.modules["bowl"]
    return tmp_path


@pytest.mark.usefixtures("bowl")
@pytest.mark.parametrize("optimizer", ["bayes", "sobol", "random"])
def test_the_defaults_come_before_all_else(assembled: Assemble, optimizer: str) -> None:
    """Every optimizer tries them first, with what the space fixes, and once; study.yaml knows them."""
    first = "optimizer.first=[{b: 1, c: 0.25}, {b: 4, c: 0.5}]"
    request = assembled(*SPACE, f"optimizer={optimizer}", "optimizer.baseline=true", first).request
    assert list(request.optimizer.first) == [DEFAULTS, {"b": 1, "c": 0.25}]
    assert request.plan.baseline == DEFAULTS
    assert request.record["plan"]["baseline"] == DEFAULTS
    assert assembled(*SPACE).request.plan.baseline is None


@pytest.mark.usefixtures("bowl")
def test_defaults_against_a_constraint_are_refused(assembled: Assemble) -> None:
    """The constraint is named, and how to go on."""
    with pytest.raises(InputError, match=r"the default b=4, c=0.5 violates .*b <= 2.* set optimizer.baseline=false"):
        assembled(*SPACE, "optimizer.baseline=true", "space.constraints=['b <= 2*c']")


def test_a_study_says_what_it_improved_on(bowl: Path) -> None:
    """On the last lines, in summary.json and in the report; also when it goes on in a space without the defaults."""
    sobol = ("optimizer=sobol", "tuner=inline", "optimizer.baseline=true", "study=bowl")
    printed = succeed(*SPACE, *sobol, "num_trials=5", cwd=bowl)
    paths = StudyPaths(bowl / "outputs" / "bowl")
    summary = json.loads(paths.summary.read_text())
    assert (summary["baseline_index"], summary["baseline_value"]) == (0, 2.5)
    assert summary["improvement"] == 2.5 - summary["best_value"] >= 0
    said = "than the task's defaults: loss = 2.5 in trial 0"
    assert said in printed
    assert said in (paths.root / "report.html").read_text().replace("&#39;", "'")
    assert "optimizer.baseline" not in " ".join(yaml.safe_load(paths.best.read_text())["arguments"])
    narrow = "space.parameters.b.bounds=[0, 3]"
    printed = succeed("restart=extend", "study=bowl", "num_trials=7", narrow, cwd=bowl)
    results = StoredStudy.read(paths).results()
    assert said in printed
    assert [trial.index for trial in results.trials if trial.parameters == DEFAULTS] == [0]
    assert results.baseline is not None
