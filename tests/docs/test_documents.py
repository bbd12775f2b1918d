import ast
import re
from pathlib import Path

import pytest
import yaml

from tests.cli import REPOSITORY
from tests.docs.documents import DOCUMENTS, EXAMPLES, README, blocks, code, tables

CONF = REPOSITORY / "conf"
TRIMER = REPOSITORY / "examples" / "trimer"
SHOWN = [TRIMER / "trimer.py", TRIMER / "task" / "trimer.yaml", TRIMER / "space" / "trimer.yaml"]


def name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


@pytest.mark.parametrize("document", [*DOCUMENTS, *EXAMPLES], ids=name)
def test_links_lead_to_files(document: Path) -> None:
    """Every relative link of a document names a file or a folder of the repository."""
    links = re.findall(r"\]\(([^)#]+)", document.read_text())
    inside = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in inside if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, *EXAMPLES], ids=name)
def test_paths_that_are_named_exist(document: Path) -> None:
    """Every file or folder below hpo/, conf/, tasks/, tests/ and examples/ that a document names is there."""
    named = re.findall(r"`((?:hpo|conf|tasks|tests|examples)/[\w./]*)`", document.read_text())
    assert [path for path in named if not (REPOSITORY / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_tests_that_are_named_exist(document: Path) -> None:
    """Every test that a document names as its witness is there."""
    source = "\n".join(path.read_text() for path in (REPOSITORY / "tests").glob("**/*.py"))
    named = re.findall(r"`(test_\w+)`", document.read_text())
    assert [test for test in named if f"def {test}(" not in source] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_yaml_and_python_that_are_shown_parse(document: Path) -> None:
    """Every block that is called YAML, JSON or Python is that."""
    for block in blocks(document, "yaml", "json"):
        yaml.safe_load(block)
    for block in blocks(document, "python"):
        ast.parse(block)


@pytest.mark.parametrize("document", [README, REPOSITORY / "docs" / "writing-a-task.md"], ids=name)
@pytest.mark.parametrize("path", SHOWN, ids=name)
def test_the_example_is_shown_as_it_is(path: Path, document: Path) -> None:
    """The code that a document shows is that of the example, to the letter."""
    assert path.read_text() in blocks(document, "python", "yaml")


def test_the_example_needs_no_more_than_ten_lines() -> None:
    """The function of the example has ten lines or fewer, its module's first line and imports included."""
    assert len((TRIMER / "trimer.py").read_text().splitlines()) <= 10


def test_the_readme_lists_every_group_with_its_choices() -> None:
    """The table of groups is the tree of conf/, less Hydra's own folder."""
    (table,) = tables(README, "## Groups")
    shown = {code(group)[0]: set(code(options)) for group, options, _ in table[1:]}
    folders = [folder for folder in CONF.iterdir() if folder.is_dir() and folder.name not in {"hydra", "__pycache__"}]
    assert shown == {folder.name: {path.stem for path in folder.glob("*.yaml")} for folder in folders}


def test_decisions_are_numbered() -> None:
    """Each decision begins with its number, and no number is missing or there twice."""
    decisions = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in decisions]
    assert numbers == [f"{n:04d}" for n in range(1, len(decisions) + 1)]
    assert all(path.read_text().startswith(f"# {path.name[:4]} ") for path in decisions)
