from collections.abc import Callable

import pytest
from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from hpo.app.assembly import Assembled
from tests.cli import REPOSITORY

CONF = REPOSITORY / "conf"
CHOICES = [
    f"{path.parent.name}={path.stem}"
    for path in sorted(CONF.glob("*/*.yaml"))
    if path.parent.name not in {"hydra", "task", "space", "cluster"}  # the last is no part of a study
]
# A GPU, a cluster, a data set, a study that is there, the trials of another.
NEED_MORE = (
    "resources=gpu",
    "resources=cluster",
    "objective=qm7",
    "restart=resume",
    "restart=extend",
    "restart=warm_start",
)
TASKS = {
    "task=branin": ["space=branin"],
    "task=hartmann6": ["space=hartmann6"],
    "task=qm7": ["space=qm7", "space=cutoffs", "space=architecture", "space=training", "space=all"],
    "task=function": ["space=branin", "space=function"],
    "task=command": ["space=command"],
    "task=by_hand": ["space=function"],
}


def test_every_task_and_space_is_tried() -> None:
    """The table above names every file of the two groups."""
    tried = {*TASKS, *(space for spaces in TASKS.values() for space in spaces)}
    assert tried == {f"{group}={path.stem}" for group in ("task", "space") for path in (CONF / group).glob("*.yaml")}


@pytest.mark.parametrize("choice", [*CHOICES, *(f"{t} {s}" for t, spaces in TASKS.items() for s in spaces)])
def test_every_choice_composes(choice: str) -> None:
    """Each file gives a complete config without an unresolved value."""
    with initialize_config_module("conf", version_base="1.3"):
        config = compose("config", overrides=choice.split())
    assert not OmegaConf.missing_keys(config)
    OmegaConf.to_container(config, resolve=True, throw_on_missing=True)


@pytest.mark.parametrize("choice", [choice for choice in CHOICES if not choice.startswith(NEED_MORE)])
def test_every_choice_becomes_its_object(assembled: Callable[..., Assembled], choice: str) -> None:
    """Each file that needs nothing from outside assembles on this machine."""
    overrides = [choice] if choice.startswith("experiment=") else [choice, "concurrency=1"]
    assert assembled(*overrides).task.name in {"branin", "hartmann6"}
