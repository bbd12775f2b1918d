"""What each restart mode promises, with both tuners, as a user meets it."""

import csv
import json
import signal
from pathlib import Path
from typing import Any

import pytest

from hpo.study import Status
from hpo.study.journal import read_events
from hpo.worker import read_result
from tests.study_process import TUNERS, StudyProcess
from tests.walk import N_STEPS

pytestmark = pytest.mark.slow


@pytest.fixture(params=TUNERS)
def study(request: pytest.FixtureRequest, tmp_path: Path) -> StudyProcess:
    return StudyProcess(tmp_path, *TUNERS[request.param])


def rows(study: StudyProcess, name: str = "torture") -> dict[int, dict[str, str]]:
    with (study.root.with_name(name) / "trials.csv").open() as file:
        return {int(row["trial_index"]): row for row in csv.DictReader(file)}


def events(study: StudyProcess, name: str) -> list[Any]:
    return [event for event in read_events(study.root / "journal.jsonl") if event["event"] == name]


def walked(study: StudyProcess, index: int) -> int:
    """Return up to which step the trial's checkpoint goes."""
    (step, _) = json.loads((study.root / "trials" / f"{index:04d}" / "walk.json").read_text())
    return int(step)


def has_completed(study: StudyProcess, index: int) -> bool:
    """Tell whether the trial's first attempt came to its end, be it unheard."""
    outcome = read_result(study.root / "trials" / f"{index:04d}", 1)
    return outcome is not None and outcome.status is Status.COMPLETED


def interrupted(study: StudyProcess, *arguments: str) -> None:
    """Run the study until some trials have begun, the last of them with a report, then ask it to stop at once."""
    with study.start_and_wait(4, "grace_s=0", *arguments) as process:
        newest = events(study, "started")[-1]["index"]
        study.wait_for(process, lambda: newest in {event["index"] for event in events(study, "reported")})
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143, study.log[-4000:]
    study.wait_until_all_are_gone()


def test_new_refuses_what_is_there_and_moves_it_aside_when_told_to(study: StudyProcess) -> None:
    """Nothing is overwritten: the second command is refused, and overwrite keeps the old study under another name."""
    assert study.run("num_trials=2") == 0, study.log
    journal = (study.root / "journal.jsonl").read_text()
    assert study.run("num_trials=2") == 2
    assert "study=torture exists already" in study.log
    assert study.run("num_trials=3", "restart.overwrite=true") == 0
    (aside,) = study.root.parent.glob("torture.until-*")
    assert (aside / "journal.jsonl").read_text() == journal
    assert len(rows(study)) == 3


def test_resume_finishes_what_was_asked(study: StudyProcess) -> None:
    """Unfinished trials go on under their own index, with their own parameters, from their last checkpoint."""
    interrupted(study, "num_trials=8", "+task.fixed.step_s=0.2")
    assert "To go on: python -m hpo restart=resume study=torture" in study.log
    suggested = {event["index"]: event["parameters"] for event in events(study, "suggested")}
    steps = {index: walked(study, index) for index in {event["index"] for event in events(study, "reported")}}
    n_events = len(list(read_events(study.root / "journal.jsonl")))
    assert study.bare("restart=resume", "study=torture") == 0, study.log[-4000:]
    later = list(read_events(study.root / "journal.jsonl"))[n_events:]
    requeued = [event["index"] for event in later if event["event"] == "requeued"]
    assert requeued
    assert any(steps.get(index, 0) for index in requeued)
    for index in requeued:
        if steps.get(index, 0) == N_STEPS:
            continue  # it had nothing left to report
        first = next(event for event in later if event["event"] == "reported" and event["index"] == index)
        assert first["step"] == steps.get(index, 0) + 1
    table = rows(study)
    assert sorted(table) == list(range(8))
    assert {row["status"] for row in table.values()} == {"completed"}
    assert all(float(table[index]["x"]) == parameters["x"] for index, parameters in suggested.items())


def test_resume_can_give_up_what_is_unfinished(study: StudyProcess) -> None:
    """restart.unfinished=fail ends those trials as abandoned; the others are run."""
    interrupted(study, "num_trials=6", "+task.fixed.step_s=0.2")
    open_ = {event["index"] for event in events(study, "suggested") if not has_completed(study, event["index"])}
    assert study.bare("restart=resume", "study=torture", "restart.unfinished=fail") == 0, study.log[-4000:]
    status = {index: row["status"] for index, row in rows(study).items()}
    assert open_
    assert status == {index: "abandoned" if index in open_ else "completed" for index in range(6)}


def test_resume_gives_failed_trials_another_go(study: StudyProcess) -> None:
    """restart.retry_failed=true runs them again, under their index; completed ones stay as they are."""
    (study.folder / "broken").touch()
    assert study.run("num_trials=4", "+task.fixed.fails_below=0.5") == 0, study.log[-4000:]
    failed = {index for index, row in rows(study).items() if row["status"] == "failed"}
    before = rows(study)
    assert failed
    (study.folder / "broken").unlink()
    assert study.bare("restart=resume", "study=torture") == 0
    assert rows(study) == before
    assert study.bare("restart=resume", "study=torture", "restart.retry_failed=true") == 0, study.log[-4000:]
    after = rows(study)
    assert {row["status"] for row in after.values()} == {"completed"}
    assert {index: row for index, row in after.items() if index not in failed} == {
        index: row for index, row in before.items() if index not in failed
    }


def test_resume_refuses_another_question(study: StudyProcess) -> None:
    """Each differing key is named, with the command that would work, and nothing is changed."""
    assert study.run("num_trials=2") == 0, study.log
    journal = (study.root / "journal.jsonl").read_text()
    changed = ["+task.fixed.step_s=0.5", "space.parameters.x.bounds=[0.0,0.5]", "seed=3", "num_trials=9"]
    assert study.bare("restart=resume", "study=torture", "objective.direction=maximize", *changed) == 2
    for key in (
        "task.fixed.step_s=0.5",
        "x: bounds [0, 1] -> [0, 0.5]",
        "seed=3",
        "objective.direction=maximize",
    ):
        assert key in study.log
    assert "python -m hpo restart=extend study=torture num_trials=9" in study.log
    assert (study.root / "journal.jsonl").read_text() == journal


def test_resume_makes_again_what_was_deleted(study: StudyProcess) -> None:
    """The journal alone rebuilds snapshot, table, summary and best."""
    assert study.run("num_trials=4") == 0, study.log
    names = ("trials.csv", "summary.json", "best.yaml")
    before = {name: (study.root / name).read_text() for name in names}
    for name in (*names, "ax_client.json"):
        (study.root / name).unlink()
    assert study.bare("restart=resume", "study=torture") == 0, study.log[-4000:]
    assert "nothing is left to run" in study.log
    assert {name: (study.root / name).read_text() for name in names} == before
    assert (study.root / "ax_client.json").exists()


def test_extend_narrows_and_widens(study: StudyProcess) -> None:
    """A finished study goes on to a new total; new trials keep to the new bounds and old rows stay as they are."""
    assert study.run("num_trials=4") == 0, study.log
    before = rows(study)
    bounds = "space.parameters.x.bounds"
    assert study.bare("restart=extend", "study=torture", "num_trials=7", f"{bounds}=[0.2,0.6]") == 0, study.log[-4000:]
    assert study.bare("restart=extend", "study=torture", "num_trials=10", f"{bounds}=[2.0,3.0]") == 0, study.log[-4000:]
    after = rows(study)
    assert sorted(after) == list(range(10))
    assert {index: after[index] for index in before} == before
    assert all(0.2 <= float(after[index]["x"]) <= 0.6 for index in (4, 5, 6))
    assert all(2.0 <= float(after[index]["x"]) <= 3.0 for index in (7, 8, 9))
    assert "x: bounds [0, 1] -> [0.2, 0.6]" in study.log
    assert [event["num_trials"] for event in events(study, "extended")] == [7, 10]
    assert events(study, "extended")[1]["changes"] == ["num_trials: 7 -> 10", "x: bounds [0.2, 0.6] -> [2, 3]"]


def test_extend_takes_a_total_and_no_increment(study: StudyProcess) -> None:
    """Fewer trials than there are is refused, with what is allowed."""
    assert study.run("num_trials=4") == 0, study.log
    assert study.bare("restart=extend", "study=torture", "num_trials=3") == 2
    assert "it is a total, not an increment). Set num_trials to 4 or more" in study.log


def test_warm_start_takes_the_trials_of_others(study: StudyProcess) -> None:
    """Completed trials of two studies and of a CSV are the first of the new one; what does not fit is listed."""
    assert study.run("num_trials=3", "study=one", "seed=1") == 0, study.log
    assert study.run("num_trials=3", "study=two", "seed=2") == 0, study.log
    (study.folder / "old.csv").write_text("x,value\n0.25,0.25\n7.0,7.0\n")
    sources = "restart.source=[one,outputs/two,old.csv]"
    assert study.run("restart=warm_start", sources, "num_trials=2") == 0, study.log[-4000:]
    table = rows(study)
    assert sorted(table) == list(range(9))
    assert [table[index]["reason"] != "" for index in range(9)] == [True] * 7 + [False] * 2
    assert {table[i]["x"] for i in range(3)} == {row["x"] for row in rows(study, "one").values()}
    assert "x=7.0 is not in the space" in study.log
    assert json.loads((study.root / "summary.json").read_text())["num_trials"] == 2


def test_auto_makes_resumes_and_is_content(study: StudyProcess) -> None:
    """The same command, three times: it makes the study, finishes it, and finds nothing left to do."""
    arguments = ("restart=auto", "num_trials=8", "+task.fixed.step_s=0.1")
    interrupted(study, *arguments)
    assert study.run(*arguments) == 0, study.log[-4000:]
    table = rows(study)
    assert sorted(table) == list(range(8))
    assert study.run(*arguments) == 0, study.log[-4000:]
    assert "nothing is left to run" in study.log
    assert rows(study) == table
