"""The config of a study that goes on: what it was made with, and what is said now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hydra import compose
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

_PRESETS = "experiment"  # a group that sets keys of other groups and has none of its own


def continued(composed: DictConfig, stored: Mapping[str, Any], said: Sequence[str]) -> DictConfig:
    """Return the config of a study that goes on.

    Args:
        composed: What Hydra makes of the command line.
        stored: The resolved config with which the study ran last.
        said: The overrides that were typed now; every other key is as in ``stored``.
    """
    merged: dict[str, Any] = {**_plain(composed), **stored}
    for override in OverridesParser.create().parse_overrides(list(said)):
        key = override.key_or_group
        if key == _PRESETS:
            for path, value in _set_by_preset(override.input_line or ""):
                _put(merged, path, value)
        elif override.is_delete():
            _drop(merged, key.split("."))
        elif not key.startswith("hydra"):
            value = OmegaConf.select(composed, key)
            plain = OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value
            _put(merged, key.split("."), plain)
    return OmegaConf.create(merged)


def says_space(said: Sequence[str]) -> bool:
    """Tell whether the overrides ``said`` are about the space; what it was made from may be gone since."""
    keys = [text.lstrip("+~").partition("=")[0] for text in said]
    return any(key in {"space", _PRESETS} or key.startswith("space.") for key in keys)


def _set_by_preset(override: str) -> Iterator[tuple[list[str], object]]:
    before = dict(_leaves(_plain(compose("config"))))
    for path, value in _leaves(_plain(compose("config", overrides=[override]))):
        if path not in before or before[path] != value:
            yield list(path), value


def _plain(config: DictConfig) -> dict[str, Any]:
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]  # it is a mapping
    return plain


def _leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(node, Mapping) and node:
        for name, value in node.items():
            yield from _leaves(value, (*path, str(name)))
    else:
        yield path, node


def _put(node: dict[str, Any], path: Sequence[str], value: object) -> None:
    *folders, name = path
    for folder in folders:
        node = node.setdefault(folder, {})
    node[name] = value


def _drop(node: dict[str, Any], path: Sequence[str]) -> None:
    *folders, name = path
    for folder in folders:
        node = node.get(folder, {})
    node.pop(name, None)
