"""Each foreign library has one home, and the layers know only those below them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
SOURCES = sorted([*REPOSITORY.glob("hpo/**/*.py"), *REPOSITORY.glob("tasks/**/*.py")])

HOMES = {
    "hydra": ("hpo/app/",),
    "omegaconf": ("hpo/app/",),
    "ax": ("hpo/optimizer/",),
    "ray": ("hpo/tuner/ray/",),
    "hippynn": ("tasks/qm7/",),
    "torch": ("tasks/qm7/", "hpo/optimizer/surrogate.py", "hpo/resources.py"),  # the last one counts GPUs
    "botorch": ("hpo/optimizer/",),
    "rich": ("hpo/callbacks/", "hpo/app/comparison.py"),
    "psutil": ("hpo/tuner/ray/",),
    "filelock": ("hpo/study/lock.py",),
}
MAY_NOT_IMPORT = {
    "tasks/": ("ax", "ray", "hydra", "omegaconf", "hpo.app", "hpo.tuner", "hpo.study", "hpo.optimizer"),
    "hpo/study/": ("hpo.app", "hpo.tuner", "hpo.optimizer", "hpo.restart", "hpo.worker"),
    "hpo/space/": ("hpo.app", "hpo.tuner", "hpo.optimizer", "hpo.study", "hpo.worker"),
    "hpo/task.py": ("hpo",),
    "hpo/scheduler.py": ("hpo.app", "hpo.tuner", "hpo.study", "hpo.worker"),
    "hpo/optimizer/": ("hpo.app", "hpo.tuner", "hpo.restart", "hpo.study.study", "hpo.study.history"),
    "hpo/status/": ("hpo.app", "hpo.tuner", "hpo.optimizer", "hpo.restart", "hpo.worker"),
    "hpo/restart/": ("hpo.app", "hpo.tuner"),
    "hpo/tuner/": ("hpo.app", "hpo.restart", "hpo.optimizer"),
}


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that the file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def is_part_of(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_in_its_home_only(library: str) -> None:
    """No file outside the library's home imports it."""
    strangers = [
        str(path.relative_to(REPOSITORY))
        for path in SOURCES
        if any(is_part_of(module, library) for module in imports(path))
        and not str(path.relative_to(REPOSITORY)).startswith(HOMES[library])
    ]
    assert strangers == []


@pytest.mark.parametrize("library", HOMES)
def test_a_home_is_lived_in(library: str) -> None:
    """The library is imported in each place that is named as its home; the table above is no wish list."""
    for home in HOMES[library]:
        files = [path for path in SOURCES if str(path.relative_to(REPOSITORY)).startswith(home)]
        assert any(is_part_of(module, library) for path in files for module in imports(path)), home


@pytest.mark.parametrize("place", MAY_NOT_IMPORT)
def test_a_layer_knows_only_those_below(place: str) -> None:
    """What lies below does not import what lies above."""
    faults = [
        (str(path.relative_to(REPOSITORY)), module)
        for path in SOURCES
        if str(path.relative_to(REPOSITORY)).startswith(place)
        for module in imports(path)
        if any(is_part_of(module, forbidden) for forbidden in MAY_NOT_IMPORT[place])
    ]
    assert faults == []


def test_what_a_study_is_made_of_fits_on_a_screen() -> None:
    """No module is longer than 250 lines."""
    assert [str(path) for path in SOURCES if len(path.read_text().splitlines()) > 250] == []
