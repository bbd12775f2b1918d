import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.doctor.as_text import findings_text
from hpo.doctor.finding import Finding, fault, ok, warning
from tests.cli import REPOSITORY
from tests.doctor.doctor import doctor
from tests.scripted import MakeStudy, completed
from tests.study_fixtures import make_study, proposer

__all__ = ["make_study", "proposer"]


def snapshot(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {path: (path.stat().st_ino, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def test_it_finds_no_fault_here_and_leaves_nothing(tmp_path: Path) -> None:
    """On the machine that runs these tests, in a directory that holds nothing."""
    found = doctor(cwd=tmp_path)
    assert (found.exit_code, found.faults) == (0, set())
    assert list(tmp_path.iterdir()) == []
    looked_at = {finding["check"] for finding in found.findings}
    assert looked_at >= {"libraries", "processors", "memory", "gpus", "outputs", "lock", "sockets", "loopback", "files"}


def test_a_study_that_runs_is_not_disturbed(make_study: MakeStudy, tmp_path: Path) -> None:
    """Its files stay as they are, its lock holds, and it goes on."""
    study = make_study()
    study.begin()
    trial = study.ask()
    assert trial is not None
    before = snapshot(study.paths.root)
    found = doctor("--outputs", str(tmp_path), cwd=tmp_path)
    assert found.exit_code == 0
    assert snapshot(study.paths.root) == before
    assert study.tell(trial.index, completed(1.0)).is_completed


def test_a_fault_is_told_by_the_exit_code(tmp_path: Path) -> None:
    """The folder of studies is a file: no study can be made in it."""
    (tmp_path / "outputs").touch()
    run = subprocess.run(
        [sys.executable, "-m", "hpo.doctor"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "80"},
    )
    assert run.returncode == 1
    assert "\nfault    outputs      " in run.stdout
    assert run.stdout.endswith("A study would fail here; see the faults. (1 fault)\n")


def test_it_begins_without_what_takes_long_to_load() -> None:
    """--help answers at once, and what is hidden or broken is told by the check that needs it."""
    code = "import sys, hpo.doctor.command_line; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert {"ax", "ray", "hydra", "omegaconf", "torch", "numpy", "pandas", "rich"}.isdisjoint(loaded.stdout.split())


@pytest.mark.parametrize("slots", ["0", "-1", "many"])
def test_a_number_of_slots_that_is_none_is_refused(slots: str, tmp_path: Path) -> None:
    """With what it takes."""
    run = subprocess.run(
        [sys.executable, "-m", "hpo.doctor", f"--slots={slots}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert run.returncode == 2
    assert "it takes 1 or more" in run.stderr


def test_the_text_fits_the_screen_and_a_remedy_can_be_copied() -> None:
    """What was found is folded; a remedy, which may be a command, is not."""
    remedy = "rm " + "/very/long/path" * 10
    findings: list[Finding] = [ok("memory", "words " * 40), warning("addresses", "a stale one", remedy)]
    lines = findings_text(findings, 70).splitlines()
    assert max(len(line) for line in lines if remedy not in line) <= 70
    assert f"                      -> {remedy}" in lines
    assert lines[-1] == "A study would run here; see the warnings. (1 warning)"
    both = findings_text([*findings, fault("lock", "none", "move"), fault("ray", "none", "move")], 70)
    assert both.endswith("A study would fail here; see the faults. (2 faults, 1 warning)\n")


@pytest.mark.slow
def test_a_ray_that_is_started_is_gone_afterwards(tmp_path: Path) -> None:
    """With --start-ray: it answers, listens on loopback only, and leaves no process."""
    found = doctor("--start-ray", cwd=tmp_path)
    (started,) = found.of("ray")
    assert started["level"] == "ok", json.dumps(started)
    assert started["values"]["listening"]
    assert all(address.removeprefix("::ffff:").startswith("127.") for address in started["values"]["listening"])
