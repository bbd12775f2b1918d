import json
import random
from collections.abc import Iterator, Mapping
from heapq import heapify, heapreplace

import pytest

from hpo.study import Outcome, Status
from hpo.study.ledger import Ledger
from hpo.study.timeline import CAUSES, Timeline
from tests.scripted import MakeStudy, completed

Event = Mapping[str, object]


def event(name: str, time: float, **fields: object) -> Event:
    return {"event": name, "time": time, **fields}


def session(time: float, slots: int = 1) -> Event:
    return event("session", time, schema=2, slots=slots)


def suggested(index: int, time: float) -> Event:
    return event("suggested", time, index=index, parameters={"x": 0.0}, generation_s=0.0)


def started(index: int, time: float, attempt: int = 1) -> Event:
    return event("started", time, index=index, attempt=attempt)


def requeued(index: int, time: float, attempt: int = 2, *, is_retry: bool = True) -> Event:
    return event("requeued", time, index=index, attempt=attempt, reason="killed", is_retry=is_retry)


def ended(index: int, time: float, began: float | None, seconds: float = 0.0) -> Event:
    outcome = Outcome(Status.COMPLETED, {"loss": 1.0}, started_at=began, seconds=seconds)
    return event("completed", time, index=index, **outcome.to_json())


def timeline(*events: Event) -> Timeline:
    return Timeline.of(Ledger.of(events))


def idle(found: Timeline) -> dict[str, float]:
    return {cause: round(seconds, 9) for cause, seconds in found.idle_s.items() if seconds}


def check_sum(ledger: Ledger) -> None:
    busy_s = sum(record.busy_s for record in ledger.sessions)
    available_s = sum(record.slots * record.wall_s for record in ledger.sessions)
    assert busy_s + sum(Timeline.of(ledger).idle_s.values()) == pytest.approx(available_s)


def test_a_gap_is_divided_into_store_candidate_and_process() -> None:
    """Until the outcome is journalled, until the suggestion is, until the task begins."""
    found = timeline(
        session(0), suggested(0, 1), ended(0, 13, 10, 2), suggested(1, 17), started(1, 18), ended(1, 30, 20, 5)
    )
    assert idle(found) == {"store": 1.0, "candidate": 4.0, "process": 3.0}
    first, second = (turn.to_json() for turn in found.turns)
    assert first == {
        "slot": 0,
        "trial_index": 0,
        "attempt": 1,
        "session": 0,
        "node": None,
        "status": "completed",
        "began": 0.0,
        "seconds": 2.0,
        "wait_store_s": 0.0,
        "wait_candidate_s": 0.0,
        "wait_process_s": 0.0,
    }
    assert (second["began"], second["wait_store_s"], second["wait_candidate_s"], second["wait_process_s"]) == (
        10.0,
        1.0,
        4.0,
        3.0,
    )


def test_a_suggestion_made_ahead_is_not_waited_for() -> None:
    """One that was journalled before its slot fell free leaves the store and the process to wait for."""
    found = timeline(session(0), suggested(0, 1), suggested(1, 2), ended(0, 13, 10, 2), ended(1, 30, 20, 5))
    assert idle(found) == {"store": 1.0, "process": 7.0}


def test_slots_wait_for_their_first_trial_and_after_their_last() -> None:
    """Before the first it is the start, after the last the end; a slot that never had one is at its end all along."""
    found = timeline(session(0, slots=3), suggested(0, 0), suggested(1, 0), ended(0, 20, 10, 8), ended(1, 25, 13, 9))
    assert idle(found) == {"start": 3.0, "end": 4.0 + 12.0}
    assert [turn.slot for turn in found.turns] == [0, 1]


def test_the_slot_whose_end_was_journalled_first_takes_the_next_trial() -> None:
    """The driver handles one end after the other, whichever trial ended first."""
    found = timeline(
        session(0, slots=2),
        suggested(0, 0),
        suggested(1, 0),
        ended(1, 15, 10, 4),
        suggested(2, 15),
        ended(0, 16, 10, 3),
        suggested(3, 16),
        ended(2, 30, 17, 3),
        ended(3, 30, 18, 2),
    )
    assert [(turn.attempt.index, turn.slot) for turn in found.turns] == [(0, 0), (1, 1), (2, 1), (3, 0)]


def test_a_retried_attempt_takes_its_slot_without_being_work() -> None:
    """From its start to its end its slot is unfinished, and the next attempt at the trial is a turn of its own."""
    found = timeline(
        session(0, slots=2),
        *(suggested(0, 0), suggested(1, 0)),
        *(started(0, 10), started(1, 10)),
        requeued(0, 14),
        ended(1, 20, 10, 10),
        started(0, 15, attempt=2),
        ended(0, 20, 16, 4),
    )
    assert idle(found) == {"unfinished": 4.0, "process": 2.0}
    assert [(turn.attempt.index, turn.attempt.number, turn.to_json()["status"]) for turn in found.turns] == [
        (0, 1, "unfinished"),
        (1, 1, "completed"),
        (0, 2, "completed"),
    ]


def test_what_runs_is_unfinished_and_no_turn_yet() -> None:
    """A trial that runs counts up to the last end of another."""
    found = timeline(session(0, slots=2), suggested(0, 0), suggested(1, 0), started(1, 12), ended(0, 21, 10, 10))
    assert idle(found) == {"start": 2.0, "unfinished": 8.0}
    assert [turn.attempt.index for turn in found.turns] == [0]


def test_a_session_ends_what_ran_in_the_one_before() -> None:
    """What a killed session left counts until that session's last end, however late it is queued again."""
    events = (
        session(0, slots=2),
        *(suggested(0, 0), suggested(1, 0), started(0, 9), started(1, 12)),
        ended(0, 21, 10, 10),
        requeued(1, 1000, is_retry=False),
        session(1001, slots=2),
        started(1, 1010, attempt=2),
        ended(1, 1030, 1011, 15),
    )
    found = timeline(*events)
    assert idle(found) == {"start": 2.0, "unfinished": 8.0, "end": 15.0}
    assert [(turn.attempt.session, turn.attempt.number, turn.began_s) for turn in found.turns] == [
        (0, 1, 0.0),
        (0, 1, 2.0),
        (1, 2, 0.0),
    ]
    check_sum(Ledger.of(events))


def test_another_clock_makes_no_negative_wait() -> None:
    """Of a worker that is 5 s ahead, then one that is 5 s behind: every wait is at least 0."""
    found = timeline(
        session(0),
        *(suggested(0, 0), ended(0, 14, 15, 2)),
        *(suggested(1, 15), ended(1, 20, 13, 3)),
        *(suggested(2, 21), ended(2, 26, 22, 4)),
    )
    assert min(found.idle_s.values()) == 0.0
    assert sum(found.idle_s.values()) == pytest.approx((26 - 13) - 9)


def test_trials_that_never_ran_are_not_in_it() -> None:
    """Those taken over from elsewhere, and those that ended without having begun, take no slot."""
    imported = event("imported", 0, index=0, parameters={"x": 1.0}, metrics={"loss": 2.0}, source="old trial 3")
    found = timeline(session(0), imported, suggested(1, 1), ended(1, 2, None), suggested(2, 3), ended(2, 20, 10, 5))
    assert [turn.attempt.index for turn in found.turns] == [2]
    assert idle(found) == {}


def test_nothing_is_idle_before_a_trial_has_ended() -> None:
    """Without a wall time there is no idle time, and every cause is there all the same."""
    found = timeline(session(0, slots=4), suggested(0, 1), started(0, 2))
    assert (found.turns, found.idle_s) == ([], dict.fromkeys(CAUSES, 0.0))


def random_study(chance: random.Random, slots: int, n_trials: int) -> Iterator[Event]:
    """Yield the events of a driver that journals one end after the other, late, and suggests when it comes to it."""
    yield session(0.0, slots)
    clock, runs = 1.0, []
    for index in range(slots):
        yield suggested(index, clock)
        began = clock + chance.expovariate(1.0)
        runs.append((began + chance.expovariate(0.2), index, began))
    heapify(runs)
    for index in range(slots, n_trials):
        end, done, began = runs[0]
        clock = max(clock, end) + chance.expovariate(4.0)
        yield ended(done, clock, began, end - began)
        clock += chance.expovariate(2.0)
        yield suggested(index, clock)
        began = clock + chance.expovariate(2.0)
        heapreplace(runs, (began + chance.expovariate(0.2), index, began))
    for end, done, began in runs:
        yield ended(done, max(clock, end), began, end - began)


@pytest.mark.parametrize("seed", range(20))
def test_busy_and_idle_add_up_to_the_time_of_the_slots(seed: int) -> None:
    """Whatever happened, busy_s and the sum of idle_s are slots times wall_s."""
    chance = random.Random(seed)
    ledger = Ledger.of(random_study(chance, slots=chance.randint(1, 6), n_trials=60))
    found = Timeline.of(ledger)
    assert len(found.turns) == 60
    assert min(found.idle_s.values()) >= 0.0
    check_sum(ledger)
    ends: dict[int, float] = {}
    for turn in found.turns:
        assert turn.began_s >= ends.get(turn.slot, 0.0) - 1e-9
        ends[turn.slot] = turn.began_s + turn.seconds


def test_the_summary_has_the_timeline(make_study: MakeStudy) -> None:
    """summary.json says what the idle time went to, and has a turn for each attempt that ended."""
    study = make_study(num_trials=2, slots=2)
    study.begin()
    for loss in (1.0, 3.0):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, completed(loss))
    study.end()
    summary = json.loads(study.paths.summary.read_text())
    assert list(summary["idle_s"]) == list(CAUSES)
    assert [turn["trial_index"] for turn in summary["timeline"]] == [0, 1]
    assert summary["busy_s"] + sum(summary["idle_s"].values()) == pytest.approx(summary["slots"] * summary["wall_s"])
