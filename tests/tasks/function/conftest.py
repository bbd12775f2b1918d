"""Modules of a user's."""

import sys
from pathlib import Path

import pytest

from tests.tasks.function.calling import Write


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a module that can be imported, and return its name; the import is forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)

    def module(*lines: str, name: str = "mine") -> str:
        (tmp_path / f"{name}.py").write_text("\n".join(lines) + "\n")
        # Setting before deleting makes monkeypatch forget what the test imports.
        monkeypatch.setitem(sys.modules, name, sys)
        del sys.modules[name]
        return name

    return module
