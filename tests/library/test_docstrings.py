import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.cli import succeed

MODULES = ["hpo", "hpo.library.read_only", "hpo.library.ask_tell", "hpo.library.opening"]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory with a study that the program has made."""
    directory = tmp_path_factory.mktemp("doctests")
    succeed("study=branin", "tuner=inline", "optimizer=sobol", "num_trials=6", cwd=directory)
    return directory


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_do_what_they_show(
    module: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every example of the public names runs as it stands and prints what it says."""
    monkeypatch.chdir(directory)
    result = doctest.testmod(import_module(module))
    assert result.attempted > 0
    assert result.failed == 0
