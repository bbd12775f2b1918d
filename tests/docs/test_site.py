import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from tests.cli import REPOSITORY
from tests.docs.documents import DOCUMENTS, Command, Type, blocks, code, commands, tables
from website import decisions, keys

LIBRARY = REPOSITORY / "docs" / "library.md"
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def anchors(document: Path) -> Iterator[str]:
    """Yield the anchors of a document, as GitHub makes them of its headings."""
    text = _FENCED.sub("", document.read_text())
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        yield re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
    yield from re.findall(r'<a id="([^"]+)">', text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_anchors_lead_to_headings(document: Path) -> None:
    """Every link to a part of a document, this one or another, names a heading that is there."""
    links = re.findall(r"\]\((?!https?://)([^)#\s]*)#([^)\s]+)\)", _FENCED.sub("", document.read_text()))
    targets = [(document.parent / path if path else document, anchor) for path, anchor in links]
    assert [(name(path.resolve()), anchor) for path, anchor in targets if anchor not in set(anchors(path))] == []


def test_the_page_of_keys_is_that_of_conf() -> None:
    """docs/keys.md is what python -m website makes of conf/ now; type that if it is not."""
    assert keys.PAGE.read_text() == keys.page()


@pytest.mark.parametrize("path", sorted(keys.CONF.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}={path.stem}")
def test_the_page_of_keys_has_every_key_with_its_default(path: Path) -> None:
    """The table of a choice has the keys of its file and their values, no more and no fewer."""
    heading = f"### `{path.parent.name}={path.stem}`"
    rows = [row for table in tables(keys.PAGE, heading) for row in table[1:]]
    shown = {code(key)[0]: yaml.safe_load(code(default)[0]) for key, default, _ in rows}
    is_global = path.read_text().startswith("# @package _global_")
    content = yaml.safe_load(path.read_text()) or {}
    assert shown == dict(leaves(content, "" if is_global else f"{path.parent.name}."))


def leaves(node: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    for key, value in node.items():
        if key in {"_target_", "_convert_", "defaults"}:
            continue
        if isinstance(value, Mapping) and value and "type" not in value:  # a parameter is one value
            yield from leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def test_a_comment_above_goes_with_the_keys_below(tmp_path: Path) -> None:
    """A key is described by the comment on its line, after that of the key that it belongs to."""
    path = tmp_path / "choice.yaml"
    path.write_text(
        "loss:  # in kcal/mol\n  l2: 1.0e-6  # of the weights\n  names: ['#1', b]\nlines:  # of bash\n  - a\n"
    )
    assert list(keys.keys(path, "task.")) == [
        keys.Key("task.loss.l2", "1.0e-6", "in kcal/mol of the weights"),
        keys.Key("task.loss.names", "['#1', b]", "in kcal/mol"),
        keys.Key("task.lines", "[a]", "of bash"),
    ]


def test_the_index_of_decisions_has_them_all() -> None:
    """docs/decisions/README.md is what python -m website makes of their headings; type that if it is not."""
    assert decisions.PAGE.read_text() == decisions.page()


@pytest.mark.slow
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Every link of every page resolves, and every page is in the navigation; nothing is fetched from elsewhere."""
    pytest.importorskip("material")
    pytest.importorskip("mkdocstrings_handlers.python")
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    fetched = re.compile(r"""<(?:script|img|link)[^>]*(?:src|href)="(https?:)?//|url\(["']?https?:""")
    pages = [*site.glob("**/*.html"), *site.glob("**/*.css")]
    assert len(pages) > 40
    assert [name for name in pages if fetched.search(name.read_text())] == []


@pytest.mark.slow
def test_the_snippets_of_the_library_run(type_command: Type, tmp_path: Path) -> None:
    """The Python of docs/library.md runs from top to bottom, beside the study of its command."""
    for command in commands(LIBRARY):
        type_command(command)
    (tmp_path / "notebook.py").write_text("\n".join(blocks(LIBRARY, "python")))
    printed = type_command(Command("python notebook.py"))
    assert "ReadOnlyStudy('seen', finished: 6 of 6 trials" in printed
