"""What a person reads, and that a program finds the same."""

import json
import shutil
from pathlib import Path

import pytest

from hpo.status.wording import duration
from hpo.study import Outcome, Status, Study
from hpo.study.failure_groups import failure_groups
from hpo.study.summary import summarise
from tests.scripted import MakeStudy, completed
from tests.status.reading import DEMO, as_json, read, text

LOG = tuple(f"line {i}" for i in range(9))


def failed(reason: str, *log_tail: str, status: Status = Status.FAILED) -> Outcome:
    return Outcome(status, reason=reason, log_tail=log_tail)


def run(study: Study, *outcomes: Outcome) -> Study:
    study.begin()
    for outcome in outcomes:
        trial = study.ask()
        assert trial is not None
        study.start(trial.index)
        study.tell(trial.index, outcome)
    study.end()
    return study


def test_failures_are_told_by_reason_with_an_example(asked: MakeStudy) -> None:
    """Numbers within reasons do not tell them apart; the commonest comes first, with the end of one log."""
    run(
        asked(num_trials=9),
        failed("node 3 lost", "bye"),
        failed("loss 1.5 at step 7", *LOG),
        completed(1.0),
        failed("loss 2.5 at step 9", *LOG),
    )
    first, second = as_json()["failures"]
    assert (first["count"], first["example_index"], first["log_tail"]) == (2, 1, ["line 6", "line 7", "line 8"])
    assert (second["reason"], second["count"], second["log_tail"]) == ("node 3 lost", 1, ["bye"])
    assert "2 x loss 1.5 at step 7, for example trial 1 (failed)" in text()
    assert "    log: outputs/demo/trials/0001/log.txt\n    | line 6\n" in text()


@pytest.mark.parametrize("n_lines", [0, 1, 9, 50])
def test_as_many_lines_of_a_log_as_wanted(asked: MakeStudy, n_lines: int) -> None:
    """The last ones, none for 0."""
    run(asked(), failed("no", *LOG))
    (group,) = failure_groups(read().results, n_lines)
    assert list(group.log_tail) == list(LOG)[max(0, len(LOG) - n_lines) :]


def test_what_was_given_up_is_told_and_what_was_stopped_early_is_not(asked: MakeStudy) -> None:
    """Those that restart.retry_failed would run again."""
    run(
        asked(num_trials=9),
        failed("given up", status=Status.ABANDONED),
        failed("hopeless", status=Status.STOPPED_EARLY),
    )
    assert [failure["reason"] for failure in as_json()["failures"]] == ["given up"]


def test_trials_that_were_stopped_early_are_counted_and_their_scheduler_is_named(asked: MakeStudy) -> None:
    """They are done, are no failures, and are not offered for another attempt."""
    asha = {"_target_": "hpo.scheduler.Asha", "grace_steps": 2, "max_steps": None}
    run(asked(config={"scheduler": asha}), completed(1.0), failed("hopeless", status=Status.STOPPED_EARLY))
    assert "scheduler   hpo.scheduler.Asha, grace_steps 2\n" in text()
    assert "2 of 4 trials done: 1 completed, 1 stopped_early" in text()
    assert "retry_failed" not in text()
    assert as_json()["scheduler"] == "hpo.scheduler.Asha, grace_steps 2"


@pytest.mark.parametrize("config", [{}, {"scheduler": {"_target_": "hpo.scheduler.RunToEnd"}}])
def test_a_study_without_a_scheduler_says_nothing_of_one(asked: MakeStudy, config: dict[str, object]) -> None:
    """Nor does one that was made before there were any."""
    run(asked(config=config), completed(1.0))
    assert "scheduler" not in text()
    assert as_json()["scheduler"] is None


def test_a_log_cannot_move_the_cursor(asked: MakeStudy) -> None:
    """Colours, movements and bells of a task's log do not reach the terminal; of a progress bar its last state."""
    run(asked(), failed("\x1b[31mred\x1b[0m", "10 %\r90 %", "\x1b[2J\x07wiped", "tab\tbed"))
    shown = text()
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert "x red, for" in shown
    assert "    | 90 %\n    |  wiped\n    | tab bed\n" in shown


def test_the_best_is_told(asked: MakeStudy) -> None:
    """Value, trial, parameters, and the command that runs it again."""
    run(asked(), completed(2.5), completed(1.25), completed(3.0))
    assert "best        loss = 1.25 in trial 1\n              x=1\n" in text()
    assert "  best again  python -m hpo.run outputs/demo\n" in text()


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [((), "none yet"), ((completed(2.0, size=9.0),), "none: no completed trial satisfies the constraints")],
)
def test_why_there_is_no_best_is_told(asked: MakeStudy, outcomes: tuple[Outcome, ...], words: str) -> None:
    """Nothing has completed, or nothing that did may be the best."""
    run(asked(constraints=("size <= 1",)), *outcomes)
    assert f"best        {words}" in text()
    assert as_json()["best_value"] is None


def test_what_idle_slots_waited_for_is_told(asked: MakeStudy) -> None:
    """In one line, the commonest cause first, where the utilisation is below 0.9."""
    run(asked(num_trials=9), completed(0.0), completed(3.0), completed(9.0))
    assert "utilisation 27%" in text()
    (line,) = [line for line in text(width=80).splitlines() if "idle" in line]
    assert line.strip() == "idle 16 s: store 44%, end 38%, start 19% (docs/speed.md)"


def test_busy_slots_need_no_explanation(asked: MakeStudy) -> None:
    """With a utilisation of 0.9 or more nothing is said."""
    run(asked(num_trials=9), completed(1.0), completed(1.1))
    assert "idle" not in text()


def test_what_was_asked_is_told(asked: MakeStudy) -> None:
    """Task, objective with its bounds, space, optimizer, when it was made."""
    run(asked(direction="maximize", constraints=("size <= 1",), task="tasks.function.Function"))
    shown = text()
    for line in (
        "made        2026-01-02T03:04:05+00:00 with version 0.2.0",
        "task        Function (tasks.function.Function)",
        "objective   maximize loss",
        "size <= 1",
        "space       x: float from 0 to 9",
        "optimizer   hpo.optimizer.Sobol, seed 3, 2 in flight at most",
        "progress    0 of 4 trials done",
    ):
        assert line in shown


def test_only_the_last_sessions_are_listed(asked: MakeStudy) -> None:
    """A study on a cluster with short jobs has hundreds; a program gets all of them."""
    study = asked()
    for i in range(12):
        study._history.write("session", mode=f"mode{i}", host="node17", pid=7)
    study._history.close()
    assert "sessions    12, the last 5:" in text()
    assert "mode6" not in text()
    assert "mode7: was killed" in text()
    assert len(as_json()["sessions"]) == 12


def test_trials_of_other_studies_do_not_count(asked: MakeStudy) -> None:
    """num_trials is about those that are run here; the best may be one of the others."""
    study = asked(num_trials=4)
    study._history.write("imported", index=0, parameters={"x": 1.0}, metrics={"loss": 0.5}, source="old trial 3")
    study._history.close()
    assert "0 of 4 trials done (and 1 taken over from elsewhere)" in text()
    assert "loss = 0.5 in trial 0 (from old trial 3)" in text()


def test_a_program_finds_the_names_of_the_summary(asked: MakeStudy) -> None:
    """What summary.json has too is called the same and is the same."""
    study = run(asked(num_trials=3), completed(2.0), failed("no"))
    found = as_json()
    assert {name: found[name] for name in summarise(study)} == json.loads(study.paths.summary.read_text())
    assert (found["state"], found["n_done"], found["schema"], found["study_schema"]) == ("stopped", 2, 2, 2)


@pytest.mark.parametrize("width", [60, 80])
def test_it_fits_the_screen(asked: MakeStudy, width: int) -> None:
    """No line is wider but for commands, which are copied in one piece."""
    words = "word " * 60
    run(asked(num_trials=9, constraints=("size <= 1",)), failed(words, words, words), completed(1.0, size=0.0))
    wide = [line for line in text(width=width).splitlines() if len(line) > width]
    assert all(line.startswith("    python -m hpo ") for line in wide)


def test_a_command_is_in_one_piece(asked: MakeStudy) -> None:
    """However long the study's name is, and wherever the study lies."""
    run(asked(num_trials=1), completed(1.0))
    path = shutil.copytree(DEMO, Path("archive") / ("long-" * 10))
    assert f"  best again  python -m hpo.run {path}\n" in text(path, width=60)
    assert as_json(path)["best_command"] == f"python -m hpo.run {path}"


def test_it_needs_the_journal_and_the_record_only(asked: MakeStudy) -> None:
    """The files that can be rebuilt may be missing."""
    study = run(asked(num_trials=3), completed(2.0))
    before = as_json()
    for path in (study.paths.summary, study.paths.best, study.paths.table, study.paths.snapshot):
        path.unlink()
    assert as_json() == before
    assert "best        loss = 2 in trial 0" in text()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0 s"), (0.123, "0.12 s"), (59.4, "59 s"), (60, "1 min"), (3725, "1 h 2 min"), (180000, "2 d 2 h")],
)
def test_durations_have_two_units_at_most(seconds: float, words: str) -> None:
    """As a person says them."""
    assert duration(seconds) == words
