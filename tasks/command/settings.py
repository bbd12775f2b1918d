"""What is wrong with the settings of a command, each for itself."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from hpo.errors import Fault, flag_faults
from tasks.metric_names import metric_name_faults

if TYPE_CHECKING:
    from tasks.command.task import Command

VALUES_FILE = "parameters_file"  # the placeholder of a file that holds all values

_ALLOWED = "it takes a text such as 'simulate --step {step}', or a list of arguments"
_SET = "Set 'task.command=\"simulate --step {step}\"'"
_TAKEN = {"params.yaml", "result.json", "log.txt"}  # files that a study writes beside


def setting_faults(task: "Command") -> Iterator[Fault]:
    """Yield what is wrong with each setting of ``task``."""
    yield from _command_faults(task.command, shell=task.shell)
    yield from _mapping_faults("task.fixed", task.fixed, "values by the name of a placeholder")
    yield from _mapping_faults("task.files", task.files, "paths by the name of a placeholder")
    if isinstance(task.fixed, Mapping) and isinstance(task.files, Mapping):
        yield from _file_faults(task.fixed, task.files)
    yield from metric_name_faults(task.metrics)
    yield from _metrics_file_faults(task.metrics_file)
    yield from flag_faults("task.shell", task.shell, "Set task.shell=false")
    if not isinstance(task.name, str) or not task.name:
        yield Fault(f"task.name={task.name} is no name", "it takes a text", "Set task.name=command")


def found(path: str) -> Path | None:
    """Return where a file is, absolute: looked for where modules are, and in the working directory; None if nowhere."""
    given = Path(path).expanduser()
    places = [Path(entry) for entry in sys.path] + [Path.cwd()]
    return next((place.absolute() / given for place in places if (place / given).exists()), None)


def _command_faults(command: object, *, shell: object) -> Iterator[Fault]:
    is_list = isinstance(command, list | tuple) and all(isinstance(part, str | int | float) for part in command)
    if not command:
        yield Fault("task.command is not set", _ALLOWED, _SET)
    elif not isinstance(command, str) and not is_list:
        yield Fault(f"task.command={command} is neither a text nor a list of texts", _ALLOWED, _SET)
    elif shell is True and not isinstance(command, str):
        remedy = "Write task.command as one text, or set task.shell=false"
        yield Fault(f"task.command={command} is a list", "with task.shell=true it takes a text", remedy)
    elif isinstance(command, str) and shell is not True:
        yield from _split_faults(command)


def _split_faults(command: str) -> Iterator[Fault]:
    try:
        arguments = shlex.split(command)
    except ValueError as error:
        yield Fault(f"task.command={command} cannot be split: {error}", _ALLOWED, "Close the quotation")
        return
    if not arguments:
        yield Fault(f"task.command={command!r} names no program", _ALLOWED, _SET)


def _mapping_faults(key: str, value: object, allowed: str) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield Fault(f"{key}={value} is not a mapping", f"it takes {allowed}", f"Set {key}={{}}")
        return
    for name, item in value.items():
        if not isinstance(item, bool | int | float | str):
            what = f"{key}.{name}={item} is of type {type(item).__name__}"
            yield Fault(what, "it takes a number, a text, true or false", f"Set {key}.{name} to one value")


def _file_faults(fixed: Mapping[str, object], files: Mapping[str, object]) -> Iterator[Fault]:
    for name, path in files.items():
        if name in fixed:
            yield Fault(f"task.files.{name} is in task.fixed too", "a placeholder has one value", "Remove one of them")
        if found(str(path)) is None:
            where = f"it was looked for in --config-dir, in the working directory {Path.cwd()}, and in PYTHONPATH"
            yield Fault(f"task.files.{name}={path} is not there", where, "Correct the path")


def _metrics_file_faults(path: object) -> Iterator[Fault]:
    allowed = (
        f"it takes a file in the trial's directory, and none of {', '.join(sorted(_TAKEN))}, which are the study's"
    )
    if path is None:
        return
    if not isinstance(path, str) or not path or PurePath(path).is_absolute() or ".." in PurePath(path).parts:
        yield Fault(f"task.metrics_file={path} is no such file", allowed, "Set task.metrics_file=metrics.json")
    elif str(PurePath(path)) in _TAKEN:
        yield Fault(f"task.metrics_file={path} is taken", allowed, "Set task.metrics_file=metrics.json")
