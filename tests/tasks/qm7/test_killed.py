import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hpo.study.journal import read_events
from tasks.qm7.prepare import main
from tests.cli import REPOSITORY, hpo, succeed

FIRST = "optimizer.first=[{dist_soft_min: 0.8, dist_soft_max: 5.0, dist_hard_max: 7.0}]"


@pytest.mark.slow
@pytest.mark.parametrize("tuner", ["inline", "ray"])
def test_a_killed_training_ends_as_an_uninterrupted_one(tmp_path: Path, real_file: Path, tuner: str) -> None:
    """Killed in its fifth epoch of ten and resumed, it goes on from there and ends with the same loss."""
    assert main([str(real_file), "--out", str(tmp_path / "data/qm7")]) == 0
    arguments = ("task=qm7", "space=cutoffs", "num_trials=1", f"tuner={tuner}", "concurrency=1", FIRST)
    succeed(*arguments, "study=whole", cwd=tmp_path)
    journal = tmp_path / "outputs/killed/journal.jsonl"
    command = [sys.executable, "-m", "hpo", *arguments, "study=killed"]
    with subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}) as process:
        while not journal.exists() or max(steps(journal), default=0) < 4:
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    before = steps(journal)
    run = hpo("restart=resume", "study=killed", cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert steps(journal)[len(before)] in {5, 6}
    assert steps(journal)[-1] == 10
    assert loss(tmp_path, "killed") == pytest.approx(loss(tmp_path, "whole"), rel=1e-5)


def steps(journal: Path) -> list[int]:
    return [int(str(event["step"])) for event in read_events(journal) if event["event"] == "reported"]


def loss(folder: Path, study: str) -> float:
    with (folder / "outputs" / study / "trials.csv").open() as file:
        (row,) = csv.DictReader(file)
    return float(row["valid_loss"])
