"""A study whose workers Ray ends, as it does where memory runs short."""

from itertools import pairwise
from pathlib import Path

import pytest

from hpo.study.journal import read_events
from tests.study_process import StudyProcess
from tests.torture.invariants import check_end, check_files
from tests.walk import N_STEPS

pytestmark = [pytest.mark.ray, pytest.mark.slow]

NUM_TRIALS = 3
TRIAL_S = 20.0
# Ray ends a worker that runs whenever it looks: here, any amount of memory is too much. What all trials take together
# does not fit between two looks, so that it ends one in its middle; each look finds some more steps done.
LOOKS_S = 40


def test_a_worker_that_ray_ends_costs_no_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial goes on in another worker, from its checkpoint, and the study reaches its total."""
    monkeypatch.setenv("RAY_memory_usage_threshold", "0.001")
    monkeypatch.setenv("RAY_memory_monitor_refresh_ms", f"{LOOKS_S * 1000}")
    study = StudyProcess(tmp_path, "tuner=ray", "concurrency=1", f"num_trials={NUM_TRIALS}", "failures.retries=20")
    assert study.run(f"+task.fixed.step_s={TRIAL_S / N_STEPS}", timeout_s=600) == 0, study.log[-4000:]
    check_files(study.root)
    check_end(study.root, NUM_TRIALS)
    events = list(read_events(study.root / "journal.jsonl"))
    requeued = [event for event in events if event["event"] == "requeued"]
    assert {event["reason"] for event in requeued} == {"Ray ended the worker process: the machine ran low on memory"}
    assert any(last["event"] == "reported" for last, event in pairwise(events) if event["event"] == "requeued"), events
