import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from hpo.study import Outcome, Status
from hpo.task import Report, TrialContext
from hpo.worker import Assignment, evaluate
from tests.worker.acts import Act, Body


def run(folder: Path, body: Body, reports: list[Report] | None = None) -> Outcome:
    assignment = Assignment(index=7, parameters={"x": 2.0}, directory=str(folder), seed=5, checkpoint="a.pt")
    send = (reports if reports is not None else []).append
    outcome = evaluate(Act(body), assignment, send, own_process=False)
    assert outcome is not None
    return outcome


def test_a_number_becomes_a_metric_called_value(tmp_path: Path) -> None:
    """A task that returns a number completes with one metric."""
    outcome = run(tmp_path, lambda parameters, _: float(parameters["x"]) + 1)
    assert (outcome.status, outcome.metrics) == (Status.COMPLETED, {"value": 3.0})


def test_relative_paths_of_a_task_lie_in_the_trial_directory(tmp_path: Path) -> None:
    """A file that the task writes by a relative path is in the trial's directory; afterwards we are back."""
    before = Path.cwd()

    def body(*_: object) -> float:
        Path("model.bin").write_text("weights")
        return 1.0

    run(tmp_path, body)
    assert (tmp_path / "model.bin").read_text() == "weights"
    assert Path.cwd() == before


def test_what_a_task_prints_is_in_its_log(tmp_path: Path) -> None:
    """log.txt holds what the task printed."""

    def body(*_: object) -> float:
        print("epoch 1")  # noqa: T201 - what is tested
        return 1.0

    run(tmp_path, body)
    assert "epoch 1" in (tmp_path / "log.txt").read_text()


def test_native_output_is_in_the_log_of_a_worker_process(tmp_path: Path) -> None:
    """In a process of its own, even what a child process prints is in log.txt, and the terminal comes back."""
    script = (
        "import os, sys; from pathlib import Path; from hpo.worker.capture import capture\n"
        f"with capture(Path({str(tmp_path / 'log.txt')!r}), native=True):\n"
        "    os.system('echo from a child')\n"
        "print('back')\n"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (tmp_path / "log.txt").read_text() == "from a child\n"
    assert shown.stdout == "back\n"


def test_an_exception_is_an_outcome(tmp_path: Path) -> None:
    """A task that raises ends its trial as failed with type and message; the log has the traceback."""

    def body(*_: object) -> float:
        raise ValueError("negative\nlength")

    outcome = run(tmp_path, body)
    assert (outcome.status, outcome.reason) == (Status.FAILED, "ValueError: negative length")
    assert "Traceback" in (tmp_path / "log.txt").read_text()


def test_a_task_that_removes_its_directory_keeps_its_outcome(tmp_path: Path) -> None:
    """What came back counts, even where it cannot be written to the trial's directory."""
    folder = tmp_path / "trial"

    def body(*_: object) -> float:
        shutil.rmtree(folder)
        return 1.0

    assert run(folder, body).status is Status.COMPLETED


def test_any_text_can_be_logged(tmp_path: Path) -> None:
    """A message that UTF-8 cannot hold ends the trial as failed like any other."""

    def body(*_: object) -> float:
        raise ValueError("lone \udc80 surrogate")

    assert run(tmp_path, body).status is Status.FAILED


def test_a_task_that_exits_is_an_outcome(tmp_path: Path) -> None:
    """sys.exit in a task ends its trial, not the worker."""
    outcome = run(tmp_path, lambda *_: sys.exit(3))
    assert (outcome.status, outcome.reason) == (Status.FAILED, "SystemExit: 3")


def test_want_of_memory_has_a_status_of_its_own(tmp_path: Path) -> None:
    """An allocation that fails ends the trial as out of memory."""
    outcome = run(tmp_path, lambda *_: float(len(bytearray(1 << 62))))
    assert outcome.status is Status.OUT_OF_MEMORY


def test_the_context_tells_the_trial(tmp_path: Path) -> None:
    """The task sees its index, seed, directory and last checkpoint."""
    seen: list[TrialContext] = []

    def body(_: object, context: TrialContext) -> float:
        seen.append(context)
        return 1.0

    run(tmp_path, body)
    (context,) = seen
    assert (context.index, context.seed, context.directory) == (7, 5, tmp_path)
    assert context.checkpoint == tmp_path / "a.pt"


def test_reports_are_sent_with_the_checkpoint_relative_to_the_trial(tmp_path: Path) -> None:
    """A report carries step, metrics and the checkpoint's relative path."""
    reports: list[Report] = []

    def body(_: object, context: TrialContext) -> float:
        (context.directory / "c.pt").touch()
        context.report(3, {"loss": 1}, checkpoint=context.directory / "c.pt")
        return 1.0

    run(tmp_path, body, reports)
    assert reports == [Report(3, {"loss": 1.0}, "c.pt")]


def test_a_checkpoint_outside_the_trial_is_refused(tmp_path: Path) -> None:
    """A checkpoint must lie in the trial's directory."""

    def body(_: object, context: TrialContext) -> float:
        context.report(1, {}, checkpoint="/elsewhere/c.pt")

        return 1.0

    assert "not in the subpath" in str(run(tmp_path, body).reason)


def test_a_checkpoint_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A slip in its name shows at the report, not when the work is lost; nor does ``..`` lead outside."""
    context = TrialContext(index=0, directory=tmp_path, seed=0)
    with pytest.raises(ValueError, match=r"there is no checkpoint .*nothere\.pt"):
        context.report(1, {}, checkpoint="nothere.pt")
    (tmp_path.parent / "outside.pt").touch()
    with pytest.raises(ValueError, match="outside"):
        context.report(1, {}, checkpoint="../outside.pt")


def test_the_outcome_is_on_the_disk(tmp_path: Path) -> None:
    """result.json holds the outcome."""
    outcome = run(tmp_path, lambda *_: 1.0)
    assert Outcome.from_json(json.loads((tmp_path / "result.json").read_text())) == outcome


def test_numerical_libraries_are_told_their_threads(tmp_path: Path) -> None:
    """While a trial runs, OpenMP and its like are limited; afterwards the environment is as before."""
    seen: list[str | None] = []

    def body(*_: object) -> float:
        seen.append(os.environ.get("OMP_NUM_THREADS"))
        return 1.0

    before = os.environ.get("OMP_NUM_THREADS")
    run(tmp_path, body)
    assert seen == ["1"]
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_a_breakpoint_in_a_task_opens_the_debugger_on_the_terminal(tmp_path: Path) -> None:
    """With the inline tuner, breakpoint() stops in the task's own frame and talks to the terminal."""
    script = (
        "from pathlib import Path; from hpo.worker.capture import capture\n"
        "def task():\n"
        "    secret = 42\n"
        "    breakpoint()\n"
        "    return secret\n"
        f"with capture(Path({str(tmp_path / 'log.txt')!r}), native=False):\n"
        "    task()\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script],
        input="p secret\nc\n",
        capture_output=True,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if key != "PYTHONBREAKPOINT"},
    )
    assert "42" in shown.stdout


def test_a_trial_runs_outside_the_main_thread(tmp_path: Path) -> None:
    """Ray runs tasks in a thread; nothing here needs the main one."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(run(tmp_path, lambda *_: 1.0)))
    thread.start()
    thread.join()
    assert outcomes[0].status is Status.COMPLETED


def test_an_outcome_that_is_no_number_is_a_failure(tmp_path: Path) -> None:
    """A task that returns text ends as failed, saying what it returned."""
    outcome = run(tmp_path, lambda *_: {"loss": "low"})
    assert outcome.status is Status.FAILED
    assert "low" in str(outcome.reason)


def test_numpy_numbers_in_a_report_become_plain_ones(tmp_path: Path) -> None:
    """Epochs counted by NumPy are numbers that the journal can hold."""
    reports: list[Report] = []
    context = TrialContext(index=0, directory=tmp_path, seed=0, send=reports.append)
    context.report(np.int64(3), {"loss": np.float32(0.5)})  # type: ignore[arg-type, dict-item]  # users have no mypy
    assert [type(reports[0].step), type(reports[0].metrics["loss"])] == [int, float]


def test_any_message_of_an_error_can_be_written(tmp_path: Path) -> None:
    """A file name that is no UTF-8, or a page of text, ends up as a reason that every file takes."""

    def body(_: object, context: TrialContext) -> float:
        raise RuntimeError("\udce4" + "x" * 10_000)

    reason = str(run(tmp_path, body).reason)
    assert reason.encode("utf-8").startswith(b"RuntimeError: \\udce4xxx")
    assert len(reason) < 2000
