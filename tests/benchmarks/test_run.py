import json
import subprocess
import sys
from pathlib import Path
from statistics import fmean

import pytest

from tests.cli import REPOSITORY, module


def benchmarks(*arguments: str, results: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / "run.py"), *arguments, "--results", str(results)],
        cwd=results,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.slow
def test_a_quick_benchmark_ends_with_its_table(tmp_path: Path) -> None:
    """Two studies run as a user runs them; the shares in the table are those of the trials' own times."""
    run = benchmarks("utilisation_sobol", "--quick", "--no-peers", results=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    rows = json.loads((tmp_path / "utilisation_sobol.quick.json").read_text())["rows"]
    assert len(rows) == 2
    for row in rows:
        assert 0 < row["figure"] <= 1
        assert row["figure"] == pytest.approx(fmean(row["raw"]["recomputed"]), abs=2e-4)
        assert row["what"] in (tmp_path / "quick.md").read_text()


@pytest.mark.slow
def test_the_cost_of_a_trial_is_measured(tmp_path: Path) -> None:
    """100 trials make two means of 50, in seconds."""
    run = module("benchmarks.cost_of_a_trial", "--trials", "100", "--json", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    means = json.loads(run.stdout)
    assert len(means) == 2
    assert all(0 < mean < 10 for mean in means)


def test_what_does_not_run_is_named_in_the_table(tmp_path: Path) -> None:
    """Without peers the post's way cannot be measured: the table says so, and the exit code does."""
    run = benchmarks("post", "--quick", "--no-peers", results=tmp_path)
    assert run.returncode == 1
    assert "| did not run |  | left out with --no-peers |" in (tmp_path / "quick.md").read_text()


def test_a_benchmark_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A wrong name ends with what there is, and nothing is written."""
    run = benchmarks("utilization", results=tmp_path)
    assert run.returncode == 2
    assert "utilisation_sobol" in run.stderr
    assert list(tmp_path.iterdir()) == []
