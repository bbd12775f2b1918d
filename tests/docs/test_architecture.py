"""What docs/architecture.md says of the tree, held against the tree."""

import re

from tests.cli import REPOSITORY

TEXT = (REPOSITORY / "docs" / "architecture.md").read_text()
MODULES = TEXT.partition("## Modules")[2].partition("## Walls")[0]


def places(text: str) -> set[str]:
    """Return the paths in ``text`` that lie below a folder of the repository."""
    return set(re.findall(r"`((?:hpo|tasks|conf|benchmarks|tests|website)/[^`]+)`", text))


def test_every_place_that_is_named_is_there() -> None:
    """A path leads to a file, a folder, or files of a pattern."""
    assert [place for place in places(TEXT) if not list(REPOSITORY.glob(place))] == []


def test_every_module_and_package_is_described() -> None:
    """A package, or a module that is in none, has a place in the table."""
    packages = [path.parent for root in ("hpo", "tasks") for path in REPOSITORY.glob(f"{root}/*/__init__.py")]
    modules = [path for root in ("hpo", "tasks") for path in REPOSITORY.glob(f"{root}/[!_]*.py")]
    described = {REPOSITORY / place for place in places(MODULES)}
    assert sorted({*packages, *modules} - described) == []
