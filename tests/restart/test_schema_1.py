import json
from pathlib import Path

import pytest
import yaml

from hpo.study.journal import read_events
from hpo.study.ledger import Ledger
from tests.cli import succeed

EVENTS = ("session", "suggested", "started", "reported", "completed", "failed")
FIELDS = {"attempt", "mode", "session", "host", "pid", "log_tail", "is_transient"}  # schema 1 had none of them


def as_schema_1(root: Path) -> None:
    """Rewrite a study as the first version wrote it, its last trial unfinished."""
    record = yaml.safe_load((root / "study.yaml").read_text())
    record["seed"] = record.pop("plan")["seed"]
    for name in ("space", "objective"):
        del record[name]
    del record["config"]["failures"], record["config"]["grace_s"]
    (root / "study.yaml").write_text(yaml.safe_dump({**record, "schema": 1}, sort_keys=False))
    events = [event for event in read_events(root / "journal.jsonl") if event["event"] in EVENTS]
    assert events.pop()["event"] == "completed"
    old = [{name: value for name, value in event.items() if name not in FIELDS} for event in events]
    old[0]["schema"] = 1
    (root / "journal.jsonl").write_text("".join(json.dumps(event) + "\n" for event in old))
    for path in (*root.glob("trials/*/result.json"), root / "ax_client.json", root / "summary.json"):
        path.unlink()


@pytest.mark.slow
def test_a_study_of_the_first_schema_is_resumed(tmp_path: Path) -> None:
    """It goes on under today's schema; its trials stay as they are and the unfinished one is run."""
    succeed("tuner=inline", "optimizer=sobol", "num_trials=3", cwd=tmp_path)
    root = tmp_path / "outputs/branin"
    parameters = {i: trial.parameters for i, trial in Ledger.read(root / "journal.jsonl").trials.items()}
    as_schema_1(root)
    assert Ledger.read(root / "journal.jsonl").unfinished == [2]
    assert "Best of 3 trials" in succeed("restart=resume", "study=branin", cwd=tmp_path)
    trials = Ledger.read(root / "journal.jsonl").trials
    assert {i: trial.parameters for i, trial in trials.items()} == parameters
    assert all(trial.is_completed for trial in trials.values())
    assert yaml.safe_load((root / "study.yaml").read_text())["schema"] == 2
