from collections.abc import Mapping

import pytest

from hpo.errors import DamagedStudyError
from hpo.study import Outcome, Status
from hpo.study.ledger import Ledger

Event = Mapping[str, object]


def event(name: str, **fields: object) -> Event:
    return {"event": name, "time": 0.0, **fields}


def suggested(index: int) -> Event:
    return event("suggested", index=index, parameters={"x": float(index)}, generation_s=0.1)


def completed(index: int, loss: float = 1.0, started_at: float = 10.0, seconds: float = 5.0) -> Event:
    outcome = Outcome(Status.COMPLETED, {"loss": loss}, started_at=started_at, seconds=seconds)
    return event("completed", index=index, **outcome.to_json())


def test_trials_without_an_end_are_unfinished() -> None:
    """Suggested, started or reported is not ended."""
    ledger = Ledger.of(
        [
            *(suggested(index) for index in range(4)),
            event("started", index=1, attempt=1),
            event("reported", index=2, step=1, metrics={}, checkpoint="a.pt"),
            completed(3),
        ]
    )
    assert ledger.unfinished == [0, 1, 2]
    assert ledger.trials[2].checkpoint == "a.pt"
    assert ledger.trials[3].is_completed


def test_a_report_without_a_checkpoint_keeps_the_last_one() -> None:
    """The last checkpoint stands until a newer one is reported."""
    reports = [
        event("reported", index=0, step=i, metrics={}, checkpoint=c) for i, c in enumerate(["a", None, "b", None])
    ]
    assert Ledger.of([suggested(0), *reports]).trials[0].checkpoint == "b"


def test_a_requeued_trial_is_unfinished_again_with_its_checkpoint() -> None:
    """It keeps index, parameters and checkpoint, and counts its attempts; only some count as retries."""
    ledger = Ledger.of(
        [
            suggested(0),
            event("reported", index=0, step=1, metrics={}, checkpoint="a.pt"),
            event("requeued", index=0, attempt=2, reason="killed", is_retry=True),
            event("requeued", index=0, attempt=3, reason="the session ended", is_retry=False),
        ]
    )
    trial = ledger.trials[0]
    assert (trial.outcome, trial.attempt, trial.checkpoint, trial.parameters) == (None, 3, "a.pt", {"x": 0.0})
    assert ledger.n_retries[0] == 1


def test_the_time_between_sessions_is_no_wall_time() -> None:
    """Wall time is summed over the sessions, from the first start to the last end of each."""
    ledger = Ledger.of(
        [
            event("session", schema=2, slots=2),
            suggested(0),
            completed(0, started_at=10.0, seconds=5.0),
            event("session", schema=2, slots=4),
            suggested(1),
            completed(1, started_at=1000.0, seconds=7.0),
        ]
    )
    assert [session.wall_s for session in ledger.sessions] == [5.0, 7.0]


def test_imported_trials_are_not_asked_for() -> None:
    """They have an index and data, but num_trials does not count them."""
    imported = event("imported", index=0, parameters={"x": 1.0}, metrics={"loss": 2.0}, source="old trial 3")
    ledger = Ledger.of([imported, suggested(1)])
    assert (ledger.n_asked, len(ledger.trials)) == (1, 2)
    assert (ledger.trials[0].is_completed, ledger.trials[0].source) == (True, "old trial 3")


@pytest.mark.parametrize(
    "bad",
    [
        suggested(3),
        suggested(0),
        completed(7),
        event("invented", index=0),
        event("completed", index=0, status="completed"),
        {"event": "started", "index": 0},
        event("suggested", index=1, parameters=[1], generation_s=0.1),
    ],
    ids=["gap", "twice", "unknown trial", "unknown event", "no outcome", "no time", "no parameters"],
)
def test_what_makes_no_sense_is_refused_with_its_line(bad: Event) -> None:
    """An event that contradicts those before it is named by its line."""
    with pytest.raises(DamagedStudyError, match="line 2 makes no sense"):
        Ledger.of([suggested(0), bad])


def test_a_later_schema_is_refused() -> None:
    """A study that a later version wrote is not misread."""
    with pytest.raises(DamagedStudyError, match=r"schema 99.*Update the program"):
        Ledger.of([event("session", schema=99)])


def test_schema_1_is_read() -> None:
    """The events of the first version add up: they knew no attempts, hosts and log tails."""
    old = {"status": "failed", "metrics": {}, "reason": "ValueError: no", "started_at": 1.0, "seconds": 2.0}
    ledger = Ledger.of(
        [
            event("session", schema=1, num_trials=2, slots=2, seed=0),
            suggested(0),
            event("started", index=0),
            event("failed", index=0, **old),
            suggested(1),
        ]
    )
    assert [trial.status for trial in ledger.trials.values()] == [Status.FAILED, Status.RUNNING]
    assert ledger.trials[0].outcome == Outcome(Status.FAILED, reason="ValueError: no", started_at=1.0, seconds=2.0)
