"""Studies of version 0.1.0, which recorded less."""

import json
import shutil
from pathlib import Path

import pytest

from tests.status.reading import as_json, commands, text

RECORD = """\
schema: 1
study: branin
created: '2026-01-02T03:04:05+00:00'
overrides: [tuner=inline, num_trials=3, study=branin, restart.overwrite=true]
seed: 7
digest: {space: c8ea, objective: 0247}
versions: {hpo: 0.1.0, python: 3.11.7}
platform: linux
config:
  study: branin
  num_trials: 3
  concurrency: null
  seed: 7
  space:
    constraints: []
    file: null
    parameters:
      x1: {type: range, bounds: [-5.0, 10.0], value_type: float}
      x2: {type: range, bounds: [0.0, 15.0], value_type: float}
  objective: {metric: null, direction: minimize, constraints: []}
  task: {_target_: tasks.toy.Branin, sleep_s: 0}
  optimizer: {_target_: hpo.optimizer.Sobol, first: []}
"""


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The events of a study in outputs/branin, of which the last trial did not end."""
    monkeypatch.chdir(tmp_path)
    root = Path("outputs/branin")
    root.mkdir(parents=True)
    (root / "study.yaml").write_text(RECORD)
    events: list[dict[str, object]] = [{"event": "session", "schema": 1, "num_trials": 3, "slots": 2, "seed": 7}]
    for index in range(3):
        parameters = {"x1": float(index), "x2": 0.0}
        events.append({"event": "suggested", "index": index, "parameters": parameters, "generation_s": 0.25})
        events.append({"event": "started", "index": index})
    data = {"metrics": {"value": 3.5}, "reason": None, "started_at": 1000.0, "seconds": 10.0}
    events.append({"event": "completed", "index": 0, "status": "completed", **data})
    failure = {"metrics": {}, "reason": "ValueError: no", "started_at": 1000.0, "seconds": 5.0}
    events.append({"event": "failed", "index": 1, "status": "failed", **failure})
    return events


def write(events: list[dict[str, object]]) -> Path:
    root = Path("outputs/branin")
    lines = [json.dumps({**event, "time": 1000.0 + i}) for i, event in enumerate(events)]
    (root / "journal.jsonl").write_text("".join(f"{line}\n" for line in lines))
    return root


def test_what_it_recorded_is_told(journal: list[dict[str, object]]) -> None:
    """Trials, best, failure without a log, cost; the slots are those of its session."""
    found = as_json(write(journal))
    assert (found["study_schema"], found["n_done"], found["num_trials"], found["slots"]) == (1, 2, 3, 2)
    assert (found["best_value"], found["best_parameters"]) == (3.5, {"x1": 0.0, "x2": 0.0})
    assert [(failure["reason"], failure["log_tail"]) for failure in found["failures"]] == [("ValueError: no", [])]
    assert (found["wall_s"], found["utilisation"], found["generation_s"]["median"]) == (10.0, 0.75, 0.25)
    assert found["running"] == [{"index": 2, "attempt": 1, "seconds": None, "checkpoint": None}]


def test_how_it_ended_is_not_known(journal: list[dict[str, object]]) -> None:
    """It recorded no end and held no lock, so resuming is offered on a condition."""
    root = write(journal)
    assert "branin: no end recorded" in text(root)
    assert "if nothing runs it any more:" in text(root)
    assert commands(root)[0] == "python -m hpo restart=resume study=branin"


def test_one_with_all_its_trials_is_finished(journal: list[dict[str, object]]) -> None:
    """Then how it ended does not matter."""
    data = {"metrics": {"value": 9.0}, "reason": None, "started_at": 1010.0, "seconds": 1.0}
    root = write([*journal, {"event": "completed", "index": 2, "status": "completed", **data}])
    assert "branin: finished" in text(root)
    assert commands(root) == [
        "python -m hpo restart=extend study=branin num_trials=6",
        "python -m hpo.run outputs/branin",
        "python -m hpo restart=resume study=branin restart.retry_failed=true",
    ]


def test_one_that_was_copied_without_its_journal_is_told(journal: list[dict[str, object]]) -> None:
    """What was asked is in study.yaml."""
    root = write(journal)
    copy = root.with_name("copy")
    shutil.copytree(root, copy)
    (copy / "journal.jsonl").unlink()
    assert "copy: not begun" in text(copy)
    assert "0 of 3 trials done" in text(copy)
