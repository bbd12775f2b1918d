"""What an attempt leaves in the trial's directory."""

import json
import time
from pathlib import Path

import pytest

from hpo.study import Outcome, Status
from hpo.study.journal import SCHEMA
from hpo.worker import evaluate, read_result
from hpo.worker.result import log_tail, write_result
from tests.worker import acts
from tests.worker.acts import Act, assignment


def run(folder: Path, body: acts.Body, **changes: object) -> Outcome:
    outcome = evaluate(Act(body), assignment(folder, **changes), lambda _: None, own_process=False)
    assert outcome is not None
    return outcome


def chat(*_: object) -> float:
    for i in range(30):
        print(f"line {i}")  # noqa: T201 - what is tested
    raise ValueError("bad luck")


def look_for_result(_: object, context: object) -> float:
    return float(Path("result.json").exists())


def test_the_result_names_attempt_and_schema(tmp_path: Path) -> None:
    """result.json says which attempt it is of, and in which form."""
    run(tmp_path, acts.succeed, attempt=3)
    content = json.loads((tmp_path / "result.json").read_text())
    assert (content["attempt"], content["schema"]) == (3, SCHEMA)


def test_a_result_is_read_back(tmp_path: Path) -> None:
    """The outcome that an attempt returned is the one that its result holds."""
    outcome = run(tmp_path, acts.succeed, attempt=3)
    assert read_result(tmp_path, attempt=3) == outcome


@pytest.mark.parametrize("text", [None, "", '{"status": "compl', "[]", '{"attempt": 1}', "\udc80"])
def test_a_result_that_is_not_whole_is_none(tmp_path: Path, text: str | None) -> None:
    """An absent, torn or foreign result.json holds no outcome."""
    if text is not None:
        (tmp_path / "result.json").write_text(text, errors="surrogateescape")
    assert read_result(tmp_path, attempt=1) is None


def test_the_result_of_another_attempt_is_none(tmp_path: Path) -> None:
    """What an earlier attempt left does not count for a later one."""
    write_result(tmp_path, 1, Outcome(Status.COMPLETED, {"value": 1.0}))
    assert read_result(tmp_path, attempt=2) is None


def test_an_old_result_is_removed_first(tmp_path: Path) -> None:
    """While an attempt runs, there is no result of the one before."""
    write_result(tmp_path, 1, Outcome(Status.COMPLETED))
    assert run(tmp_path, look_for_result, attempt=2).metrics == {"value": 0.0}


def test_an_outcome_without_data_has_the_end_of_the_log(tmp_path: Path) -> None:
    """The last 20 lines, the message of the error last; a completed trial has none."""
    tail = run(tmp_path, chat).log_tail
    assert len(tail) == 20
    assert tail[-1] == "ValueError: bad luck"
    assert "line 29" in tail
    assert run(tmp_path, acts.succeed).log_tail == ()


def test_the_log_tail_is_of_this_attempt(tmp_path: Path) -> None:
    """What an earlier attempt printed is not the end of this one's log."""
    (tmp_path / "log.txt").write_text("of the first attempt\n")
    tail = run(tmp_path, chat, attempt=2).log_tail
    assert len(tail) == 20
    assert log_tail(tmp_path, (tmp_path / "log.txt").stat().st_size) == ()
    assert "of the first attempt" not in tail


@pytest.mark.alone
def test_a_huge_log_costs_no_more_than_a_small_one(tmp_path: Path) -> None:
    """The end of a log of 100 MB is read some hundred times faster than the log."""
    log = tmp_path / "log.txt"
    line = b"one epoch more, and nothing to see\n"
    log.write_bytes(line * (100_000_000 // len(line)) + b"the last word\n")
    began = time.perf_counter()
    log.read_bytes()
    whole_s = time.perf_counter() - began
    began = time.perf_counter()
    tail = log_tail(tmp_path)
    assert time.perf_counter() - began < whole_s / 2
    assert (len(tail), tail[-1]) == (20, "the last word")


def test_a_line_without_end_is_cut(tmp_path: Path) -> None:
    """A progress bar of a megabyte becomes a short line."""
    (tmp_path / "log.txt").write_text("=" * 1_000_000)
    (line,) = log_tail(tmp_path)
    assert len(line) <= 500


def test_a_full_disk_is_transient(tmp_path: Path) -> None:
    """A task that meets a full disk fails by no fault of its own."""
    outcome = run(tmp_path, acts.fill_the_disk)
    assert (outcome.status, outcome.is_transient) == (Status.FAILED, True)
    assert "No space left" in str(outcome.reason)


def test_an_error_of_the_task_is_not_transient(tmp_path: Path) -> None:
    """A trial that raises by itself is not worth another attempt."""
    assert not run(tmp_path, chat).is_transient


def test_a_directory_that_cannot_be_made_is_a_failure(tmp_path: Path) -> None:
    """Where a file is in the way of the trial's directory, the trial fails with the reason."""
    (tmp_path / "file").touch()
    outcome = run(tmp_path / "file" / "trial", acts.succeed)
    assert outcome.status is Status.FAILED
    assert "its directory could not be written: NotADirectoryError" in str(outcome.reason)
