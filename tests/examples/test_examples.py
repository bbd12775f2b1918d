"""The examples, as a reader types them."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from hpo.task import TrialContext
from tests.cli import REPOSITORY
from tests.docs.conftest import type_command
from tests.docs.documents import Type, commands
from tests.interrupted_worker import Reports, WorkerGoneError

__all__ = ["type_command"]

EXAMPLES = REPOSITORY / "examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
# What the best of the study that the README runs is at most; a point at random is far above.
BEST = {"trimer": -2.9, "svm": 0.05, "mlp": 0.12, "epidemic": 25.0}


def mlp() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mlp", EXAMPLES / "mlp" / "mlp.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", FOLDERS)
def test_an_example_is_two_files_and_two_lines(name: str) -> None:
    """Each has one task, one space and two commands, and is listed."""
    assert [str(path.relative_to(EXAMPLES / name)) for path in sorted((EXAMPLES / name).glob("*/*.yaml"))] == [
        f"space/{name}.yaml",
        f"task/{name}.yaml",
    ]
    assert len(commands(EXAMPLES / name / "README.md")) == 2
    assert f"[{name}]({name})" in (EXAMPLES / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDERS)
def test_the_two_lines_of_an_example_work(name: str, type_command: Type, tmp_path: Path) -> None:
    """Typed as they stand, they run the study and find a good point."""
    for command in commands(EXAMPLES / name / "README.md"):
        type_command(command)
    summary = json.loads((tmp_path / "outputs" / name / "summary.json").read_text())
    assert summary["best_value"] < BEST[name]
    assert set(summary["counts"]) <= {"completed", "stopped_early"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Lightning's advice on workers and devices
def test_the_network_goes_on_from_its_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interruption it trains the epochs that are left, and knows the best error of those before."""
    monkeypatch.chdir(tmp_path)
    parameters = {"width": 32, "dropout": 0.1, "lr": 0.01, "max_epochs": 4}
    first, second = Reports(last=2), Reports()
    train = mlp().train
    with pytest.raises(WorkerGoneError):
        train(**parameters, context=TrialContext(0, tmp_path, seed=1, send=first))
    context = TrialContext(0, tmp_path, seed=1, send=second, checkpoint=tmp_path / "last.ckpt")
    result = train(**parameters, context=context)
    assert [report.step for report in [*first, *second]] == [1, 2, 3, 4]
    assert result["valid_error"] == pytest.approx(min(r.metrics["valid_error"] for r in [*first, *second]))
