"""``python -m hpo.doctor`` as it is typed, in surroundings that are really there."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hpo.doctor.finding import Finding
from tests.cli import REPOSITORY

DOCTOR = (sys.executable, "-m", "hpo.doctor", "--json")


@dataclass(frozen=True)
class Examined:
    exit_code: int
    findings: list[dict[str, Any]]

    def of(self, check: str) -> list[dict[str, Any]]:
        return [finding for finding in self.findings if finding["check"] == check]

    def levels(self, check: str) -> list[str]:
        return [finding["level"] for finding in self.of(check)]

    @property
    def faults(self) -> set[str]:
        return {finding["check"] for finding in self.findings if finding["level"] == "fault"}


def doctor(
    *arguments: str,
    cwd: Path,
    before: Callable[[], None] | None = None,
    wrapped_in: Sequence[str] = (),
    **variables: str,
) -> Examined:
    """Run it; ``before`` runs in its process first, ``wrapped_in`` is a command that is given it as arguments."""
    run = subprocess.run(
        [*wrapped_in, *DOCTOR, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        preexec_fn=before,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **variables},
    )
    assert run.returncode in {0, 1}, run.stderr
    content = json.loads(run.stdout)
    assert content["schema"] == 1
    return Examined(run.returncode, content["findings"])


def unshared(*what: str) -> list[str]:
    """Return a command that runs another in namespaces of its own, or skip the test where that is not allowed."""
    command = [shutil.which("unshare") or "unshare", *what]
    try:
        allowed = subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("this machine lets nobody make namespaces")
    return command


def worst_of(findings: Iterable[Finding]) -> tuple[str, str, str]:
    """Return level, text and remedy of the worst finding."""
    order = ["fault", "warning", "ok"]
    finding = min(findings, key=lambda finding: order.index(finding.level))
    return str(finding.level), finding.what, finding.remedy or ""
