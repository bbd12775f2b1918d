import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hpo
from tests.cli import REPOSITORY

HEAVY = ("ax", "hydra", "numpy", "pandas", "ray", "torch", "yaml")


def test_the_public_names_are_there() -> None:
    """Every name in ``__all__`` can be had, and dir() lists it."""
    assert [name for name in hpo.__all__ if not hasattr(hpo, name)] == []
    assert set(hpo.__all__) <= set(dir(hpo))


def test_type_checkers_know_the_names_that_are_there() -> None:
    """Those that are imported for type checkers are those that are imported on use, from the same modules."""
    tree = ast.parse(Path(hpo.__file__).read_text())
    (for_checkers,) = [node for node in tree.body if isinstance(node, ast.If)]
    homes = {
        alias.name: node.module
        for node in for_checkers.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert homes == hpo._HOMES


def test_another_name_is_an_attribute_error() -> None:
    """A name that is not public fails as in any module."""
    with pytest.raises(AttributeError, match="module 'hpo' has no attribute 'opne_study'"):
        _ = hpo.opne_study


def test_importing_the_package_imports_nothing_heavy() -> None:
    """``import hpo`` loads none of the libraries that take time; the names do when they are used."""
    code = f"import sys, hpo; print([name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
