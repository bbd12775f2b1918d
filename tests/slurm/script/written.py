"""The script that ``python -m hpo.slurm`` writes, and what it says; no SLURM is needed for that."""

import shutil
import subprocess
from pathlib import Path

from tests.cli import module

BASH = shutil.which("bash") or "/bin/bash"
BRANIN = ("task=branin", "optimizer=sobol", "tuner=inline", "num_trials=2")


def slurm(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``python -m hpo.slurm`` as a user would, from ``cwd``."""
    return module("hpo.slurm", *arguments, cwd=cwd)


def written(*arguments: str, cwd: Path) -> str:
    """Run it and return the script; its name is the first word that is printed."""
    done = slurm(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return (cwd / done.stdout.partition(":")[0]).read_text()


def options(script: str) -> list[str]:
    """Return what sbatch is told."""
    return [line.removeprefix("#SBATCH ").partition(" # ")[0] for line in script.splitlines() if "#SBATCH" in line]


def study(script: str) -> list[str]:
    """Return what the study is told."""
    return [line.strip() for line in script.partition("study=(\n")[2].partition("\n)")[0].splitlines()]
