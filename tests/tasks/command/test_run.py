import io
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from hpo.task import Metrics, Report, TrialContext, TrialInterrupted
from tasks.command import Command
from tasks.command.task import CommandError
from tests.worker.acts import is_running, wait_until

Run = Callable[..., float | Metrics]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run lines of a shell script as a command, in a trial's directory, with x=2."""

    def call(*lines: str, settings: dict[str, object] | None = None, **context: object) -> float | Metrics:
        script = tmp_path / "script.sh"
        script.write_text("\n".join(lines) + "\n")
        directory = tmp_path / "trial"
        directory.mkdir(exist_ok=True)
        task = Command("/bin/sh {script} {x}", files={"script": str(script)}, **(settings or {}))  # type: ignore[arg-type]
        return task.run({"x": 2}, TrialContext(index=7, directory=directory, seed=5, **context))  # type: ignore[arg-type]

    return call


def test_the_last_json_line_has_the_metrics(run: Run) -> None:
    """Numbers of the last object count, true and false among them; other text and other values do not."""
    metrics = run(
        "echo begins",
        "echo '{\"loss\": 9}'",
        'echo "{\\"loss\\": $1, \\"n\\": 3, \\"ok\\": true, \\"name\\": \\"a\\", \\"none\\": null}"',
        "echo '{not JSON}'",
    )
    assert metrics == {"loss": 2.0, "n": 3.0, "ok": 1.0}


def test_a_number_by_itself_is_the_value(run: Run) -> None:
    """A program that prints its result needs no JSON object; where there is one, a number is other output."""
    assert run("echo 1", "echo 2.5") == 2.5
    assert run("echo '{\"loss\": 1}'", "echo 2.5") == {"loss": 1.0}


def test_what_is_not_a_number_in_python_is_heard(run: Run) -> None:
    """NaN and infinity are passed on, for the study to say that they are no data."""
    assert run("echo '{\"loss\": -Infinity}'") == {"loss": float("-inf")}


def test_metrics_may_be_left_in_a_file(run: Run, tmp_path: Path) -> None:
    """The file is read when the command has ended, and what is printed is no metric then."""
    settings = {"metrics_file": "out.json"}
    assert run("echo '{\"loss\": 1}'", "echo '{\"loss\": 2}' > out.json", settings=settings) == {"loss": 2.0}
    with pytest.raises(ValueError, match=r"ended well and left no out\.json"):
        run("true", settings=settings)  # the one of the attempt before is gone


def test_a_command_without_metrics_fails(run: Run) -> None:
    """That nothing was printed is said, and what was expected."""
    with pytest.raises(ValueError, match="printed no line that is a JSON object with numbers, or a number"):
        run("echo done")


def test_an_exit_code_is_a_failure_with_the_end_of_what_was_printed(run: Run) -> None:
    """The reason has the code and the last lines of both streams, even if metrics were printed."""
    with pytest.raises(CommandError, match=r"ended with exit code 3; it printed last: .*1.*no convergence"):
        run("echo 1", "sleep 0.1", "echo no convergence >&2", "exit 3")


def test_a_signal_is_a_failure(run: Run) -> None:
    """A command that is killed says by what."""
    with pytest.raises(CommandError, match=r"was ended by signal 11 \(Segmentation fault\)"):
        run("kill -SEGV $$")


def test_all_that_is_printed_is_in_the_log(run: Run) -> None:
    """Both streams go where a trial's output goes, and the last line needs no end; stderr is not read for metrics."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        assert run("echo 1; printf '50%%\\r100%%\\n'; echo 7 >&2; printf 2") == 2
    assert (out.getvalue(), err.getvalue()) == ("1\n50%\n100%\n2\n", "7\n")


def test_it_runs_in_the_trials_directory_and_knows_the_trial(run: Run, tmp_path: Path) -> None:
    """Relative paths lie in the trial's directory; index, seed, threads and checkpoint are in the environment."""
    run('echo "$PWD $HPO_TRIAL_INDEX $HPO_SEED $HPO_N_THREADS $HPO_CHECKPOINT" > here; echo 1', n_threads=3)
    assert (tmp_path / "trial/here").read_text().split() == [str(tmp_path / "trial"), "7", "5", "3"]


def test_placeholders_know_the_trial(tmp_path: Path) -> None:
    """The same is there as placeholders, with the Python that runs this program."""
    task = Command("{python} -c 'import sys; print(sys.argv[1])' {trial_index}{seed}{n_threads}{checkpoint}")
    context = TrialContext(index=7, directory=tmp_path, seed=5, n_threads=3)
    assert task.run({}, context) == 753


def test_a_shell_may_be_asked_for(tmp_path: Path) -> None:
    """Pipes work then, and a value is still a value: here nine letters and the end of the line."""
    task = Command("echo {x} | wc -c", shell=True)  # noqa: S604 - the claim
    assert task.run({"x": "a; exit 3"}, TrialContext(index=7, directory=tmp_path, seed=5)) == 10


def test_values_can_be_read_from_a_file(tmp_path: Path) -> None:
    """A program with an input file gets all values as JSON, whatever they are called."""
    code = "import json, sys; print(json.dumps(json.load(open(sys.argv[1]))))"
    task = Command(["{python}", "-c", code, "{parameters_file}"], fixed={"n": 3})
    assert task.run({"x": 2.5}, TrialContext(index=7, directory=tmp_path, seed=5)) == {"n": 3.0, "x": 2.5}


def test_lines_with_a_step_are_reports(run: Run, tmp_path: Path) -> None:
    """They reach the study while the command runs, with the checkpoint that they name; the step is no metric."""
    reports: list[Report] = []
    (tmp_path / "trial").mkdir()
    (tmp_path / "trial/c").touch()
    result = run(
        'echo \'{"step": 1, "loss": 4}\'', 'echo \'{"step": 2, "loss": 3, "checkpoint": "c"}\'', send=reports.append
    )
    assert reports == [Report(1, {"loss": 4.0}), Report(2, {"loss": 3.0}, "c")]
    assert result == {"loss": 3.0}


def test_a_report_can_end_the_command(run: Run, tmp_path: Path) -> None:
    """When the study stops, a report with a checkpoint is the last: the program gets SIGTERM and is gone."""
    with pytest.raises(TrialInterrupted):
        run(
            "trap 'echo ended > ending; exit' TERM",
            "touch c; echo $$ > pid",
            'echo \'{"step": 1, "loss": 4, "checkpoint": "c"}\'',
            "while :; do sleep 0.05; done",
            stopping=lambda: True,
        )
    assert (tmp_path / "trial/ending").exists()
    assert not is_running(int((tmp_path / "trial/pid").read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere what a command leaves behind ends with the study")
def test_what_a_command_leaves_behind_ends_with_it(run: Run, tmp_path: Path) -> None:
    """A program in the background that holds the output neither delays the trial nor outlives it."""
    assert run("sleep 1000 & echo $! > pid; echo 1") == 1
    left = int((tmp_path / "trial/pid").read_text())
    wait_until(lambda: not is_running(left))


def test_a_program_that_leaves_the_group_does_not_hang_the_trial(run: Run, tmp_path: Path) -> None:
    """A daemon in a session of its own may hold the output as long as it likes; the trial ends."""
    assert run("setsid sleep 30 & echo $! > pid; echo 1") == 1
    os.kill(int((tmp_path / "trial/pid").read_text()), 9)
