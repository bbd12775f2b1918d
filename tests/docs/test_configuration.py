import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from tests.cli import REPOSITORY
from tests.docs.documents import CONFIGURATION, code, tables

CONF = REPOSITORY / "conf"
# Hydra's own folder holds formats of messages, in Hydra's and Python's schema.
FILES = [path for path in sorted(CONF.glob("**/*.yaml")) if "hydra" not in path.relative_to(CONF).parts]
HYDRAS_WORDS = {"_target_", "_convert_", "defaults"}
DEFAULTS = {
    "## Keys of no group": "config.yaml",
    "### `task=branin` and `task=hartmann6`": "task/branin.yaml",
    "### `task=function`": "task/function.yaml",
    "### `task=command`": "task/command.yaml",
    "### `task=qm7`": "task/qm7.yaml",
    "## `optimizer`": "optimizer/bayes.yaml",
    "### `scheduler=asha`": "scheduler/asha.yaml",
    "### `scheduler=median`": "scheduler/median.yaml",
    "## `restart`": "restart/new.yaml",
    "## `callbacks`": "callbacks/progress.yaml",
    "### `callbacks=report`": "callbacks/report.yaml",
    "### `callbacks=mlflow`": "callbacks/mlflow.yaml",
    "### `callbacks=wandb`": "callbacks/wandb.yaml",
    "## `cluster`": "cluster/slurm.yaml",
}


def keys(path: Path) -> Iterator[str]:
    """Yield the dotted keys of a file as they are typed; parameters of a space by their names alone."""
    group = path.relative_to(CONF).parent.name
    is_global = path.read_text().startswith("# @package _global_")
    for key in dotted(yaml.safe_load(path.read_text()) or {}):
        last = key.rpartition(".")[2]
        whole = key if is_global or not group else f"{group}.{key}"
        if last in HYDRAS_WORDS:
            yield last
        elif whole.startswith("space.parameters."):
            yield whole.split(".")[2]
        else:
            yield whole


def dotted(node: Mapping[str, object], before: str = "") -> Iterator[str]:
    for key, value in node.items():
        if isinstance(value, Mapping) and value:
            yield from dotted(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"


def is_mentioned(key: str) -> bool:
    return any(re.search(rf"(?<![\w.]){re.escape(key)}(?!\w)", span) for span in code(CONFIGURATION.read_text()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONF)))
def test_every_key_is_described(path: Path) -> None:
    """The document names every key of every file of conf/."""
    assert [key for key in keys(path) if not is_mentioned(key)] == []


@pytest.mark.parametrize("heading", DEFAULTS)
def test_defaults_are_those_of_the_files(heading: str) -> None:
    """The defaults in the document are the values in conf/."""
    table = next(table for table in tables(CONFIGURATION, heading) if table[0][:2] == ["key", "default"])
    path = CONF / DEFAULTS[heading]
    group = "" if path.parent == CONF else f"{path.parent.name}."
    config = yaml.safe_load(path.read_text())
    shown = {code(key)[0]: yaml.safe_load(code(default)[0]) for key, default, *_ in table[1:]}
    assert shown == {key: value_of(config, key.removeprefix(group)) for key in shown}


def value_of(config: Mapping[str, object], key: str) -> object:
    node: object = config
    for part in key.split("."):
        node = node[part] if isinstance(node, Mapping) else None
    return node


def test_resources_are_those_of_the_files() -> None:
    """The table of resources has each choice's own values."""
    (table,) = tables(CONFIGURATION, "## `resources`")
    choices = [code(cell)[0] for cell in table[0][1:6]]
    for key, *cells in table[1:]:
        shown = [yaml.safe_load(code(cell)[0]) for cell in cells[:5]]
        name = code(key)[0].removeprefix("resources.")
        files = [yaml.safe_load((CONF / "resources" / f"{choice}.yaml").read_text()) for choice in choices]
        assert shown == [file[name] for file in files], name
