"""Parameters in a file, in the list form of Ax's ``AxClient``: the ``parameters.json`` of the post."""

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from hpo.errors import Fault, raise_faults
from hpo.space.config_form import KEYS
from hpo.space.names import key_of

# The file's word for a key of the config.
SPELLINGS = {"log_scale": "log", "step_size": "step", "is_ordered": "ordered"}
REFUSED = {
    "digits": "values are not rounded here; a step_size does that",
    "is_fidelity": "there are no fidelities here",
    "target_value": "there are no fidelities here",
    "is_task": "there is one task",
    "dependents": "every parameter is always there",
    "sort_values": "ordered values are sorted",
    "expression_str": "derived parameters are computed in the task",
}
_KEYS_TAKEN = ("name", "type", *dict.fromkeys(key for keys in KEYS.values() for key in keys))
_SUFFIXES = (".json", ".yaml", ".yml")


def read_parameters_file(file: str) -> dict[str, Mapping[str, object]]:
    """Return the parameters in ``file``, in the config's form, by name.

    Args:
        file: A JSON or YAML file; a relative path starts at the working directory.

    Raises:
        InputError: If it is not there, is no list of parameters, names one twice, or has keys without effect.
    """
    entries = _entries(file)
    faults: list[Fault] = []
    parameters: dict[str, Mapping[str, object]] = {}
    for position, entry in enumerate(entries):
        name = entry.get("name") if isinstance(entry, Mapping) else None
        if not isinstance(entry, Mapping) or not isinstance(name, str):
            what = f"space.file={file}: entry {position} has no name"
            example = '{"name": "x", "type": "range", "bounds": [0.0, 1.0]}'
            faults.append(Fault(what, "each entry is a mapping with a name", f"Write {example}"))
        elif name in parameters:
            what = f"space.file={file}: {name} is there twice"
            faults.append(Fault(what, "each parameter has its own name", f"Rename or remove entry {position}"))
        else:
            faults += _key_faults(file, name, entry)
            parameters[name] = _in_config_form(entry)
    raise_faults(faults)
    return parameters


def in_file_words(fault: Fault, file: str, name: str) -> Fault:
    """Return a ``fault`` of parameter ``name``, found in the config's form, in the file's words."""
    ours = key_of(name)

    def translated(text: str) -> str:
        for theirs, key in SPELLINGS.items():
            text = text.replace(f"{ours}.{key}", f"{ours}.{theirs}")
        return text.replace(f"Remove it: ~{ours}", f"Remove {name}").replace(ours, name)

    remedy = f"{translated(fault.remedy)} (in {file})"
    return Fault(f"space.file={file}: {translated(fault.what)}", translated(fault.allowed), remedy)


def _entries(file: str) -> list[object]:
    path = Path(file).expanduser()
    shown = f"space.file={file}"
    if path.suffix.lower() not in _SUFFIXES:
        takes = f"it takes {', '.join(_SUFFIXES)}"
        raise_faults([Fault(f"{shown} is neither JSON nor YAML by its name", takes, "Rename the file")])
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except OSError as error:
        where = f"a relative path starts at {Path.cwd()}"
        raise_faults([Fault(f"{shown} cannot be read: {error.strerror}", where, "Give the path of a file")])
    except (ValueError, yaml.YAMLError) as error:
        what = f"{shown} does not parse: {' '.join(str(error).split())}"
        raise_faults([Fault(what, "a list of parameters in JSON or YAML", "Correct it there")])
    else:
        if isinstance(content, list):
            return content
        what = f"{shown} holds no list but {type(content).__name__}"
        raise_faults([Fault(what, "a list of mappings, one a parameter", 'Write [{"name": "x", ...}, ...]')])
    return []


def _key_faults(file: str, name: str, entry: Mapping[str, object]) -> Iterator[Fault]:
    ours = {key: theirs for theirs, key in SPELLINGS.items()}
    taken = [ours.get(key, key) for key in _KEYS_TAKEN]
    for key, value in entry.items():
        where = f"space.file={file}: {name}.{key}"
        if key in REFUSED and value not in (None, False):
            yield Fault(f"{where}={value} has no effect here", REFUSED[key], f"Remove {name}.{key} in {file}")
        elif key not in taken and key not in REFUSED:
            close = difflib.get_close_matches(str(key), taken, n=1)
            remedy = f"Did you mean {close[0]}" if close else f"Remove it in {file}"
            yield Fault(f"{where} is unknown", f"a parameter takes {', '.join(taken)}", remedy)


def _in_config_form(entry: Mapping[str, object]) -> dict[str, object]:
    known = {SPELLINGS.get(key, key): value for key, value in entry.items() if key not in REFUSED}
    return {key: value for key, value in known.items() if key in _KEYS_TAKEN and key != "name"}
