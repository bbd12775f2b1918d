import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.benchmark import REPOSITORY, BenchmarkError, attempted
from benchmarks.process import run
from benchmarks.project import refusal
from benchmarks.row import Row


def python(program: str, cwd: Path) -> str:
    return run([sys.executable, "-c", program], cwd).last_line


def test_a_program_imports_this_checkout(tmp_path: Path) -> None:
    """Whatever is installed, what is measured is the code beside the benchmarks."""
    assert python("import hpo; print(hpo.__file__)", tmp_path) == str(REPOSITORY / "hpo" / "__init__.py")


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    """The error has the exit code and the last error of the traceback, on one line."""
    with pytest.raises(BenchmarkError, match=r"^exit code 1: ModuleNotFoundError: No module named 'absent'$"):
        python("import absent", tmp_path)


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """So a peer whose environment has gone becomes a row of the table."""
    with pytest.raises(BenchmarkError, match="No such file"):
        run([str(tmp_path / "python")], tmp_path)


def test_rows_up_to_an_error_are_kept() -> None:
    """What was measured before something failed stays, and a row names the failure."""

    def rows() -> Iterator[Row]:
        yield Row(what="first", figure=1.0)
        raise BenchmarkError("gone")

    assert list(attempted("second", rows())) == [Row(what="first", figure=1.0), Row(what="second", error="gone")]


def test_a_refusal_names_what_is_refused() -> None:
    """A key that the program does not know is a reason; one that it knows is none."""
    assert refusal("optimizer.n_initial=3") == ""
    assert refusal("optimizer.absent=3").startswith("optimizer.absent is no setting")
