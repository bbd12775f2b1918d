"""What holds of a study's directory at any moment, and at its end."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from hpo.optimizer.snapshot import content
from hpo.study import Status, StoredStudy, StudyPaths
from hpo.study.journal import read_events
from hpo.study.ledger import Ledger
from tests.walk import N_STEPS


def completed_events(root: Path) -> dict[int, Mapping[str, object]]:
    """Return the completed trials that the journal reports, by index; each at most once."""
    journal = root / "journal.jsonl"
    found: dict[int, Mapping[str, object]] = {}
    for event in read_events(journal) if journal.exists() else ():
        if event["event"] == "completed":
            index = event["index"]
            assert isinstance(index, int)
            assert index not in found, f"trial {index} is completed twice"
            metrics = event["metrics"]
            assert isinstance(metrics, Mapping)
            found[index] = metrics
    return found


def check_files(root: Path) -> None:
    """Every file that is there can be read, and the journal makes sense."""
    for path in root.rglob("*"):
        if path.name.startswith(".") or not path.is_file() or "ray" in path.parts:
            continue
        if path.suffix == ".json":
            json.loads(path.read_text())
        if path.suffix == ".yaml":
            yaml.safe_load(path.read_text())
        if path.suffix == ".csv":
            with path.open() as file:
                list(csv.DictReader(file))
    if (root / "journal.jsonl").exists():
        ledger = Ledger.read(root / "journal.jsonl")
        assert list(ledger.trials) == list(range(len(ledger.trials)))


def check_end(root: Path, num_trials: int) -> None:
    """The total is reached; table, snapshot and replay agree; every value is what its steps add up to."""
    results = StoredStudy.read(StudyPaths(root)).results()
    assert sorted(results.ledger.trials) == list(range(num_trials))
    with (root / "trials.csv").open() as file:
        rows = {int(row["trial_index"]): row for row in csv.DictReader(file)}
    assert sorted(rows) == list(range(num_trials))
    snapshot = content(root / "ax_client.json")
    assert sorted(snapshot) == list(range(num_trials))
    for trial in results.trials:
        assert trial.status is Status.COMPLETED, trial
        assert trial.metrics["steps"] == N_STEPS
        x = trial.parameters["x"]
        assert abs(trial.metrics["value"] - float(x)) < 1e-9
        assert float(rows[trial.index]["value"]) == trial.metrics["value"]
        status, parameters, data = snapshot[trial.index]
        assert (status, dict(parameters)) == ("COMPLETED", {"x": x})
        assert list(data) == ["objective"]
        assert abs(data["objective"] - trial.metrics["value"]) < 1e-9  # Ax writes ten decimals
    assert len({trial.parameters["x"] for trial in results.trials}) == num_trials
    summary = json.loads((root / "summary.json").read_text())
    assert summary["counts"] == {"completed": num_trials}
    assert summary["best_value"] == min(trial.metrics["value"] for trial in results.trials)
