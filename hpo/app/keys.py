"""Keys that nothing reads: misspelt ones, most often."""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from hpo.errors import Fault

# Of conf/config.yaml; `hydra` is no part of what a study is given.
SETTINGS = (
    *("study", "num_trials", "concurrency", "seed", "grace_s", "failures", "repeat", "space", "objective"),
    *("task", "optimizer", "tuner", "scheduler", "resources", "restart", "callbacks"),
)
OF_JOBS = "cluster"  # a group that no study has
_PRESETS = "experiment"  # a group whose files set keys of other groups


def top_level_faults(config: DictConfig, known: Collection[str] = ()) -> Iterator[Fault]:
    """Yield the top-level keys that are no settings and that no other key is made of with ``${key}``.

    Args:
        config: What Hydra composed, before interpolations are resolved.
        known: Further keys that are let pass: those with which a study that goes on was made.
    """
    content: Any = OmegaConf.to_container(config, resolve=False)
    for key, value in content.items():
        name = str(key)
        if name in SETTINGS or name in known or name in _interpolated(content):
            continue
        if name == _PRESETS and isinstance(value, Mapping):
            what, takes = "experiment sets nothing", "its file overrides other groups and keys"
            yield Fault(what, takes, "Begin the file with the line # @package _global_")
        else:
            remedy = f"Leave it out, or read it in another key as ${{{name}}}"
            yield unknown_key(name, SETTINGS, remedy)


def unknown_key(key: str, known: Collection[str], remedy: str) -> Fault:
    """Return the fault that nothing reads ``key``.

    Args:
        key: In full.
        known: The keys that could stand in place of its last part.
        remedy: What to type if none of them is like it.
    """
    if key == OF_JOBS:
        only = f"python -m hpo.slurm alone reads the group {OF_JOBS}"
        return Fault(f"{key} is no setting of a study", only, "Leave it out, or type python -m hpo.slurm instead")
    parent, _, name = key.rpartition(".")
    close = difflib.get_close_matches(name, known, n=1)
    takes = f"{parent or 'a study'} takes {', '.join(known) or 'no keys'}"
    nearest = f"{parent}.{close[0]}" if parent and close else "".join(close)
    return Fault(f"{key} is no setting", takes, f"Did you mean {nearest}" if close else remedy)


def _interpolated(node: object) -> set[str]:
    """Return the words in all interpolations below ``node``."""
    if isinstance(node, Mapping):
        return set().union(*map(_interpolated, node.values()))
    if isinstance(node, list):
        return set().union(*map(_interpolated, node))
    return set(re.findall(r"[\w-]+", node)) if isinstance(node, str) and "${" in node else set()
