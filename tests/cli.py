import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def module(name: str, *arguments: str, cwd: Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """Run ``python -m NAME`` as a user would, from ``cwd``."""
    return subprocess.run(
        [sys.executable, "-m", name, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200", "PWD_OF_RUN": str(cwd)},
    )


def hpo(*arguments: str, cwd: Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """Run ``python -m hpo`` as a user would, from ``cwd``."""
    return module("hpo", *arguments, cwd=cwd, timeout_s=timeout_s)


def succeed(*arguments: str, cwd: Path) -> str:
    """Run it and return what it printed; fail the test if it did not end with 0."""
    run = hpo(*arguments, cwd=cwd)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout
