"""Other programs, run to their end with their output kept."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.benchmark import REPOSITORY, BenchmarkError

TIMEOUT_S = 6 * 3600.0  # the longest are single seeds of the slowest optimizer


@dataclass(frozen=True)
class Ended:
    """A program that ended well.

    Attributes:
        output: What it printed to standard output.
        seconds: From its start to its end.
    """

    output: str
    seconds: float

    @property
    def last_line(self) -> str:
        """The last line that is not blank, where programs print their JSON."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment variables of a program that imports this checkout, with ``more``."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), **(more or {})}


def run(
    command: Sequence[str], cwd: Path, *, more: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S
) -> Ended:
    """Run ``command`` in ``cwd`` and return what it printed.

    Raises:
        BenchmarkError: If it cannot be started, takes too long, or ends with another code than 0.
    """
    began = time.monotonic()
    ended = completed(command, cwd, more=more, timeout_s=timeout_s)
    if ended.returncode:
        raise BenchmarkError(f"exit code {ended.returncode}: {last_words(ended.stderr) or last_words(ended.stdout)}")
    return Ended(ended.stdout, time.monotonic() - began)


def completed(
    command: Sequence[str], cwd: Path, *, more: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` in ``cwd`` and return how it ended.

    Raises:
        BenchmarkError: If it cannot be started or takes too long.
    """
    try:
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment(more),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchmarkError(str(error)) from error


def last_words(text: str) -> str:
    """Return the last line that says something, of a traceback or a log."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "Error" in line or "error:" in line.lower()]
    return (errors or lines or [""])[-1][:300]
