"""Each foreign library has one home, and the layers know only those below them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import REPOSITORY

SOURCES = sorted([*REPOSITORY.glob("hpo/**/*.py"), *REPOSITORY.glob("tasks/**/*.py")])

HOMES = {
    "hydra": ("hpo/app/",),
    "omegaconf": ("hpo/app/",),
    "ax": ("hpo/optimizer/", "hpo/export/ax_json.py", "hpo/report/model.py", "hpo/report/importance.py"),
    "ray": ("hpo/tuner/ray/",),
    "hippynn": ("tasks/qm7/",),
    "torch": (
        "tasks/qm7/",
        "hpo/optimizer/surrogate.py",
        "hpo/report/model.py",
        "hpo/report/importance.py",
        "hpo/report/sobol.py",
        "hpo/machine.py",
    ),
    "botorch": ("hpo/optimizer/", "hpo/report/model.py", "hpo/report/importance.py", "hpo/report/sobol.py"),
    "rich": ("hpo/callbacks/", "hpo/app/comparison.py", "hpo/terminal.py"),
    "psutil": ("hpo/tuner/ray/", "hpo/doctor/"),
    "packaging": ("hpo/doctor/libraries.py",),
    "optuna": ("hpo/export/optuna_study.py",),
    "plotly": ("hpo/report/",),
    "tensorboardX": ("hpo/callbacks/tensorboard.py", "hpo/callbacks/hparams.py"),
    "mlflow": ("hpo/callbacks/mlflow.py",),
    "wandb": ("hpo/callbacks/wandb.py",),
    "filelock": ("hpo/study/lock.py",),
    "pandas": ("hpo/library/",),
}
MAY_NOT_IMPORT = {
    "tasks/": ("ax", "ray", "hydra", "omegaconf", "hpo.app", "hpo.tuner", "hpo.study", "hpo.optimizer"),
    "hpo/study/": ("hpo.app", "hpo.tuner", "hpo.optimizer", "hpo.restart", "hpo.worker"),
    "hpo/space/": ("hpo.app", "hpo.tuner", "hpo.optimizer", "hpo.study", "hpo.worker"),
    "hpo/task.py": ("hpo",),
    "hpo/scheduler.py": ("hpo.app", "hpo.tuner", "hpo.study", "hpo.worker"),
    "hpo/optimizer/": ("hpo.app", "hpo.tuner", "hpo.restart", "hpo.study.study", "hpo.study.history"),
    "hpo/status/": ("hpo.app", "hpo.tuner", "hpo.optimizer", "hpo.restart", "hpo.worker"),
    "hpo/slurm/": ("hpo.tuner", "hpo.optimizer", "hpo.restart", "hpo.study", "hpo.worker"),
    "hpo/doctor/": ("hpo.app", "hpo.optimizer", "hpo.restart", "hpo.status", "hpo.worker"),
    "hpo/restart/": ("hpo.app", "hpo.tuner"),
    "hpo/library/": ("hpo.tuner", "hpo.optimizer", "hpo.restart"),
    "hpo/app/": ("hpo.library",),
    "hpo/report/": ("hpo.app", "hpo.tuner", "hpo.restart", "hpo.worker"),
    "hpo/multirun/": ("hpo.app", "hpo.tuner", "hpo.optimizer", "hpo.restart", "hpo.worker", "hpo.report"),
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


def test_the_homes_are_those_of_the_document() -> None:
    """docs/architecture.md names each home; the table above grants none that a reader does not know."""
    document = (REPOSITORY / "docs" / "architecture.md").read_text().partition("## Walls")[2]
    homes = {home.rstrip("/") for places in HOMES.values() for home in places}
    assert sorted(home for home in homes if f"`{home}`" not in document) == []


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


def n_lines(function: ast.FunctionDef) -> int:
    """Return how many lines the function has, its docstring aside."""
    assert function.end_lineno is not None
    docstring = ast.get_docstring(function, clean=False) or ""
    return function.end_lineno - function.lineno + 1 - len(docstring.splitlines())


def test_a_function_is_seen_at_a_glance() -> None:
    """None has more than 40 lines beside its docstring."""
    long = [
        (str(path.relative_to(REPOSITORY)), node.name, n_lines(node))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and n_lines(node) > 40
    ]
    assert long == []


def test_what_touches_ray_is_tested_on_both_lines() -> None:
    """Every module of tests on the tuner has the marker that `make test-current-ray` goes by."""
    modules = sorted((REPOSITORY / "tests" / "tuner").glob("test_*.py"))
    assert [path.name for path in modules if "pytest.mark.ray" not in path.read_text()] == []
