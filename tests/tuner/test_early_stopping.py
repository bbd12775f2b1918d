"""A study on a real Ray whose scheduler stops trials early, and its extension with another scheduler."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from hpo.optimizer.snapshot import content
from hpo.study.ledger import Ledger
from tests.cli import succeed

pytestmark = [pytest.mark.ray, pytest.mark.slow]

N_TRIALS = 10
SLOTS = 2

# What it reports rises to what it returns: each stopped trial looks better than it would have been. Its last report
# comes 4 s after its first: where processors are short, the driver may hear of one a second or more late.
CLIMB = """
import os
import time

from hpo.task import TrialContext


def climb(x: float, context: TrialContext) -> dict[str, float]:
    for step in range(1, 10):
        time.sleep(0.5)
        context.report(step, {"loss": x - 1 / step, "pid": os.getpid()})
    return {"loss": x, "pid": os.getpid()}
"""

Rows = dict[int, Mapping[str, str]]


def rows(study: Path) -> Rows:
    with (study / "trials.csv").open(newline="") as file:
        return {int(row["trial_index"]): row for row in csv.DictReader(file)}


def with_status(found: Rows, status: str) -> Rows:
    return {index: row for index, row in found.items() if row["status"] == status}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("early")
    (folder / "climbing.py").write_text(CLIMB)
    text = succeed(
        *("task=function", "task.function=climbing.climb", "space=function", "objective.metric=loss"),
        *("+space.parameters.x={type: range, bounds: [0.0, 1.0]}", "optimizer=sobol", "study=early"),
        *(f"num_trials={N_TRIALS}", f"concurrency={SLOTS}", "resources.cpus_per_trial=0.5", "scheduler=asha"),
        cwd=folder,
    )
    assert "stopped early): loss = " in text
    return folder / "outputs" / "early"


def test_hopeless_trials_are_stopped_and_the_others_complete(study: Path) -> None:
    """Each trial ends once, as completed or as stopped early; the reason says by what and at which step."""
    found = rows(study)
    assert sorted(found) == list(range(N_TRIALS))
    assert {row["status"] for row in found.values()} == {"completed", "stopped_early"}
    for row in with_status(found, "stopped_early").values():
        assert any(row["reason"].startswith(f"scheduler=asha stopped it at step {step}, ") for step in (1, 3)), row
    stopped, completed = (
        [float(row["seconds"]) for row in with_status(found, status).values()]
        for status in ("stopped_early", "completed")
    )
    assert max(stopped) < min(completed)


def test_the_best_trial_is_a_completed_one(study: Path) -> None:
    """Although what a stopped trial reported last is lower."""
    found = rows(study)
    losses = {index: float(row["loss"]) for index, row in with_status(found, "completed").items()}
    assert json.loads((study / "summary.json").read_text())["best_value"] == min(losses.values())
    assert min(float(row["loss"]) for row in found.values()) < min(losses.values())


def test_a_stopped_trial_keeps_its_last_report(study: Path) -> None:
    """Its metrics are those of the step at which it was stopped, in the table, in its directory and in Ax."""
    known = content(study / "ax_client.json")
    for index, row in with_status(rows(study), "stopped_early").items():
        step = int(row["reason"].split("step ")[1].split(",")[0])
        assert float(row["loss"]) == pytest.approx(float(row["x"]) - 1 / step)
        result = json.loads((study / "trials" / f"{index:04d}" / "result.json").read_text())
        assert result["metrics"]["loss"] == float(row["loss"])
        status, _, data = known[index]
        assert status == "COMPLETED"
        assert data["objective"] == pytest.approx(float(row["loss"]))


def test_the_processes_of_stopped_trials_run_later_ones(study: Path) -> None:
    """There are as many processes as slots: no stop cost what one had loaded."""
    assert len({row["pid"] for row in rows(study).values()}) <= SLOTS


def test_an_extension_compares_with_the_reports_of_earlier_sessions(study: Path) -> None:
    """With another scheduler, too: the first trial of the new session is stopped, and no old one is run again."""
    before = rows(study)
    succeed(
        *("restart=extend", "study=early", f"num_trials={N_TRIALS + 2}", "scheduler=median"),
        "optimizer.first=[{x: 0.999}]",
        cwd=study.parent.parent,
    )
    after = rows(study)
    assert after[N_TRIALS]["reason"].startswith("scheduler=median stopped it at step 1, where loss was -0.001")
    assert {index: after[index] for index in before} == before
    assert {trial.attempt for trial in Ledger.read(study / "journal.jsonl").trials.values()} == {1}
