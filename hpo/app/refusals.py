"""What to say where Hydra cannot compose a config."""

import re
from collections.abc import Sequence

from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException
from yaml import MarkedYAMLError, YAMLError

from hpo.app.keys import OF_JOBS, SETTINGS, unknown_key
from hpo.errors import Fault

COMPOSITION_ERRORS = (HydraException, YAMLError)
_UNKNOWN = re.compile(r"Could not override '(?P<key>.*)'\.\nTo append to your config use (?P<added>\+.*)", re.DOTALL)
_NO_GROUP = re.compile(rf"Could not override '{OF_JOBS}'\. No match in the defaults list")
_FOLDER_FLAGS = ("--config-dir", "-cd")


def refusal(error: HydraException | YAMLError, arguments: Sequence[str]) -> str:
    """Return what is wrong with the config that ``arguments`` ask for.

    Args:
        error: What Hydra raised.
        arguments: The command line.
    """
    fault = fault_of(error)
    if fault is not None:
        return str(fault)
    cause = error.__cause__
    has_folder = any(text.startswith(_FOLDER_FLAGS) for text in arguments)
    lines = [str(error), *([str(cause)] if isinstance(cause, OmegaConfBaseException) else [])]
    if isinstance(error, MissingConfigException) and not has_folder:
        lines.append("Those of your own need --config-dir DIR.")
    return "\n".join(lines)


def fault_of(error: HydraException | YAMLError) -> Fault | None:
    """Return what is wrong with a file or a key; None where that is for Hydra to say."""
    if isinstance(error, MarkedYAMLError):
        return _syntax_fault(error)
    if _NO_GROUP.match(str(error)):
        return unknown_key(OF_JOBS, SETTINGS, "")
    unknown = _UNKNOWN.fullmatch(str(error))
    cause = error.__cause__
    if unknown is not None and isinstance(cause, OmegaConfBaseException):
        return _key_fault(unknown["key"], unknown["added"], cause)
    return None


def value_fault(error: OmegaConfBaseException) -> Fault:
    """Return the fault that a key of a composed config has no value."""
    key, why = error.full_key, str(error).partition("\n")[0].rstrip(".")
    if isinstance(error, MissingMandatoryValue):
        return Fault(f"{key} has no value", "??? stands for one that has to be said", f"Set {key}=VALUE")
    return Fault(f"{key} cannot be read: {why}", "${NAME} is the value of the key NAME", f"Set {key}=VALUE")


def _syntax_fault(error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark
    where = "A config file" if mark is None else f"{mark.name}, line {mark.line + 1}, column {mark.column + 1}"
    why = ", ".join(text for text in (error.context, error.problem) if text)
    return Fault(f"{where}: this is no YAML", why, "Mend the file there, or shortly before")


def _key_fault(key: str, added: str, cause: OmegaConfBaseException) -> Fault:
    found = str(cause.full_key or key)  # the first part of the key that is not there
    if "." not in found:
        return unknown_key(found, SETTINGS, "Leave it out")
    names = [str(name) for name in cause.parent_node] if isinstance(cause.parent_node, DictConfig) else []
    remedy = f"Type {added} if what takes it is to get a key that no file names"
    return unknown_key(found, [name for name in names if not name.startswith("_")], remedy)
