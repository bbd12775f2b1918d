import subprocess
import sys
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from tasks.qm7 import QM7
from tests.cli import REPOSITORY

SPACES = ["cutoffs", "architecture", "training", "all", "qm7"]


def composed(*overrides: str) -> DictConfig:
    with initialize_config_dir(str(REPOSITORY / "conf"), version_base="1.3"):
        return compose(overrides=list(overrides))


def space(name: str) -> dict[str, Any]:
    content: dict[str, Any] = OmegaConf.to_container(composed(f"+space={name}").space)  # type: ignore[assignment]
    return content


def test_hydra_makes_the_task() -> None:
    """``task=qm7`` instantiates as it is, and takes an override of a nested number."""
    task = instantiate(composed("+task=qm7", "task.optimizer.lr=0.01").task)
    assert isinstance(task, QM7)
    assert task.optimizer.lr == 0.01


def test_the_objective_is_a_metric_of_the_task() -> None:
    """What is minimised is what a trial returns."""
    config = composed("+task=qm7", "+objective=qm7")
    assert config.objective.metric in instantiate(config.task).metrics


@pytest.mark.parametrize("name", SPACES)
def test_a_space_has_only_parameters_the_task_takes(name: str) -> None:
    """No space of the task proposes what it does not know."""
    task: QM7 = instantiate(composed("+task=qm7").task)
    assert task.signature.unknown(space(name)["parameters"]) == []


def test_the_cutoffs_are_the_posts() -> None:
    """Bounds and constraints are those of the post, in bohr."""
    cutoffs = space("cutoffs")
    assert {name: p["bounds"] for name, p in cutoffs["parameters"].items()} == {
        "dist_soft_min": [0.5, 1.5],
        "dist_soft_max": [3.0, 20.0],
        "dist_hard_max": [5.0, 40.0],
    }
    assert cutoffs["constraints"] == ["dist_soft_min <= dist_soft_max", "dist_soft_max <= dist_hard_max"]


def test_the_default_space_is_the_cutoffs() -> None:
    """``task=qm7`` alone asks the post's question."""
    assert space("qm7") == space("cutoffs")


def test_all_merges_the_three_spaces() -> None:
    """It has every parameter the task takes, and keeps the constraints of the cutoffs."""
    everything = space("all")
    assert set(everything["parameters"]) == instantiate(composed("+task=qm7").task).signature.optional
    assert everything["constraints"] == space("cutoffs")["constraints"]


def test_the_task_is_made_without_heavy_imports() -> None:
    """The command line answers fast: torch, hippynn, numba, scipy and numpy wait until a trial runs."""
    heavy = "torch", "hippynn", "numba", "scipy", "numpy"
    code = f"import sys, tasks.qm7; print([m for m in {heavy} if m in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
