import csv
import json
from pathlib import Path

import pytest

from hpo.optimizer.snapshot import content
from hpo.study import Plan
from hpo.study.ledger import Ledger
from tasks.toy import Branin
from tests.cli import succeed

NUM_TRIALS = 60
SHARES = {"invalid": 0.2, "error": 0.1, "hang": 0.05, "exit": 0.05}
STATUS = {None: "completed", "invalid": "invalid", "error": "failed", "hang": "timeout", "exit": "crashed"}
REASONS = {
    "completed": "",
    "invalid": "not finite",
    "failed": "RuntimeError: task.failures.error chose",
    "timeout": "failures.trial_timeout_s",
    "crashed": "exit code 1",
}


@pytest.mark.ray
@pytest.mark.slow
def test_each_trial_ends_as_chance_decided(tmp_path: Path) -> None:
    """The study ends: each trial with its status and reason, none pending, and the best is right."""
    succeed(
        *("optimizer=sobol", "concurrency=4", "resources.cpus_per_trial=0.25", f"num_trials={NUM_TRIALS}", "seed=4"),
        *(f"task.failures.{name}={share}" for name, share in SHARES.items()),
        "failures.trial_timeout_s=2",
        cwd=tmp_path,
    )
    root = tmp_path / "outputs" / "branin"
    plan = Plan("branin", NUM_TRIALS, 4, seed=4)
    task = Branin(failures=SHARES)
    fates = [task.schedule(plan.trial_seed(index)).fate for index in range(NUM_TRIALS)]
    assert set(fates) == {None, *SHARES}, "this seed shows every fate"
    with (root / "trials.csv").open() as file:
        rows = {int(row["trial_index"]): row for row in csv.DictReader(file)}
    assert {index: row["status"] for index, row in rows.items()} == {i: STATUS[fate] for i, fate in enumerate(fates)}
    assert all(REASONS[row["status"]] in row["reason"] for row in rows.values())
    values = [float(row["value"]) for row in rows.values() if row["status"] == "completed"]
    assert json.loads((root / "summary.json").read_text())["best_value"] == min(values)
    assert {status for status, _, _ in content(root / "ax_client.json").values()} == {"COMPLETED", "ABANDONED"}
    hung = [trial for trial in Ledger.read(root / "journal.jsonl").trials.values() if trial.status == "timeout"]
    assert all("_hang" in "\n".join(trial.outcome.log_tail) for trial in hung if trial.outcome)
