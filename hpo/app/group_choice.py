"""The choice of a group that is no part of a study's config, and what it describes."""

import difflib
import json
import shlex
from collections.abc import Sequence
from typing import TypeVar

from hydra import compose
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import OverrideParseException
from omegaconf import DictConfig, OmegaConf

from hpo.app.parts import made
from hpo.app.refusals import COMPOSITION_ERRORS, fault_of
from hpo.errors import Fault, InputError

Part = TypeVar("Part")

_DEFAULT = "slurm"  # the choice that names the class and every key; the others build on it


def made_of_choice(group: str, overrides: Sequence[str], role: type[Part]) -> Part:
    """Return the object that a group describes. To be called where Hydra is initialised.

    Args:
        group: The group; its choice without an override is that of the name ``slurm``.
        overrides: Those of the group and of its keys.
        role: The class of the object.

    Raises:
        InputError: If there is no such choice, or it cannot be made.
    """
    begin = (f"{group}=", f"+{group}=")
    chosen = [text.partition("=")[2] for text in overrides if text.startswith(begin)]
    choice = chosen[-1] if chosen else _DEFAULT
    _require(group, choice)
    try:
        config = compose(f"{group}/{choice}", overrides=[text for text in overrides if not text.startswith(begin)])
    except COMPOSITION_ERRORS as error:
        raise InputError(fault_of(error) or _unread(f"{group}={choice}", error)) from error
    node = OmegaConf.select(config, group)
    if not isinstance(node, DictConfig) or "_target_" not in node:
        takes = f"a file of the group builds on {group}/{_DEFAULT}.yaml"
        remedy = f"Begin the file with the line defaults: [{_DEFAULT}, _self_]"
        raise InputError(Fault(f"{group}={choice} has no _target_", takes, remedy))
    return made(group, node, role)


def _unread(choice: str, error: Exception) -> Fault:
    why = " ".join(str(error).split()).rstrip(".")
    if isinstance(error, OverrideParseException):
        return Fault(f"{error.override} cannot be read", why, f"Put the value in quotes: {_quoted(error.override)}")
    return Fault(f"{choice} cannot be read", why, "Mend that file, or leave out what was typed of its keys")


def _quoted(override: str) -> str:
    key, _, value = override.partition("=")
    return shlex.quote(f"{key}={json.dumps(value)}")


def _require(group: str, choice: str) -> None:
    known = GlobalHydra.instance().config_loader().get_group_options(group)
    if choice in known:
        return
    close = difflib.get_close_matches(choice, known, n=1)
    default = f"Set {group}={_DEFAULT}, or name the folder that has {group}/{choice}.yaml with --config-dir"
    remedy = f"Did you mean {group}={close[0]}" if close else default
    raise InputError(Fault(f"{group}={choice} is no choice", f"there are {', '.join(known)}", remedy))
