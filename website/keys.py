"""Makes ``docs/keys.md`` of the files of ``conf/``: every key with its default and what its comment says.

``python -m website`` writes the file; a test holds it against ``conf/``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
CONF = REPOSITORY / "conf"
PAGE = REPOSITORY / "docs" / "keys.md"
NO_KEYS = {"defaults", "hydra"}  # how a config is put together, and Hydra's own
MEANS_NO_KEY = ("_target_", "_convert_")
TOP = """# All keys

Made from the files of `conf/` by `python -m website`: every group, every choice, every key with its default and
what its file says of it, with the unit. What there is to say beyond that is in [configuration.md](configuration.md).

`group=choice` selects a choice; `group.key=value` sets a key of it.
"""


@dataclass(frozen=True)
class Key:
    """A key of a file.

    Attributes:
        name: As it is typed on the command line.
        default: The value in the file, as YAML.
        comment: What stands behind it, or behind the keys above it.
    """

    name: str
    default: str
    comment: str


def page() -> str:
    """Return the content of the page."""
    groups = sorted(
        path for path in CONF.iterdir() if path.is_dir() and path.name != "hydra" and any(path.glob("*.yaml"))
    )
    parts = [TOP, "## Of no group\n", _table(keys(CONF / "config.yaml", ""))]
    for group in groups:
        parts.append(f"## `{group.name}`\n")
        for path in sorted(group.glob("*.yaml")):
            parts += [f"### `{group.name}={path.stem}`\n", _introduction(path), _made_of(path, group.name)]
            found = list(keys(path, "" if _is_global(path) else f"{group.name}."))
            parts += [_table(found)] if found else []
    return "\n".join(part for part in parts if part)


def keys(path: Path, prefix: str) -> Iterator[Key]:
    """Yield the keys of a file in its order.

    Args:
        path: The file.
        prefix: What stands before its keys on the command line: ``group.`` or nothing.
    """
    text = path.read_text(encoding="utf-8")
    root = yaml.compose(text)
    if isinstance(root, yaml.MappingNode):
        yield from _keys(root, text.splitlines(), prefix, "")


def _keys(node: yaml.MappingNode, lines: list[str], prefix: str, above: str) -> Iterator[Key]:
    for key, value in node.value:
        name = str(key.value)
        if name in MEANS_NO_KEY or (prefix == "" and name in NO_KEYS) or name == "defaults":
            continue
        comment = _comment(key, value, lines)
        is_block = isinstance(value, yaml.MappingNode) and not value.flow_style and bool(value.value)
        if is_block and isinstance(value, yaml.MappingNode):
            yield from _keys(value, lines, f"{prefix}{name}.", _joined(above, comment))
        else:
            yield Key(f"{prefix}{name}", _default(value), _joined(above, comment))


def _comment(key: yaml.Node, value: yaml.Node, lines: list[str]) -> str:
    """Return the comment on the line on which a key stands or, if its value is short, ends."""
    is_block = isinstance(value, yaml.CollectionNode) and not value.flow_style
    mark = key.end_mark if is_block else value.end_mark
    _, sign, comment = lines[mark.line][mark.column :].partition("#")
    return comment.strip() if sign else ""


def _default(value: yaml.Node) -> str:
    """Return a value as YAML in one line, as the file has it."""
    if isinstance(value, yaml.CollectionNode) and not value.flow_style:
        plain = yaml.safe_load(yaml.serialize(value))
        return yaml.safe_dump(plain, default_flow_style=True, width=10**6).strip()
    buffer = value.start_mark.buffer
    if buffer is None:
        raise TypeError(f"{value} was not read from a text")
    return str(buffer[value.start_mark.pointer : value.end_mark.pointer])


def _joined(above: str, comment: str) -> str:
    return " ".join(part for part in (above, comment) if part)


def _introduction(path: Path) -> str:
    """Return what the first lines of a file say, the second one as its remark on how to select it."""
    said = [line.lstrip("# ") for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    said = [line for line in said if not line.startswith("@package")]
    return f"{said[0]} *{said[1]}*\n" if len(said) > 1 else "".join(f"{line}\n" for line in said)


def _made_of(path: Path, group: str) -> str:
    """Return which class a file makes and which choices it starts from, in a sentence each; nothing if neither."""
    content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    bases = [f"`{group}={base}`" for base in content.get("defaults", []) if isinstance(base, str) and base != "_self_"]
    chosen = [
        f"`{str(key).removeprefix('override /')}={choice}`"
        for entry in content.get("defaults", [])
        if isinstance(entry, dict)
        for key, choice in entry.items()
    ]
    sentences = [
        *([f"Makes a `{content['_target_']}`."] if "_target_" in content else []),
        *([f"Starts from {', '.join(bases)}."] if bases else []),
        *([f"Chooses {', '.join(chosen)}."] if chosen else []),
    ]
    return " ".join(sentences) + "\n" if sentences else ""


def _is_global(path: Path) -> bool:
    return path.read_text(encoding="utf-8").startswith("# @package _global_")


def _table(found: "Iterator[Key] | list[Key]") -> str:
    rows = [f"| `{key.name}` | `{_cell(key.default)}` | {_cell(key.comment)} |" for key in found]
    return "\n".join(["| key | default | what it is |", "|---|---|---|", *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
