"""What is written to a terminal and to files; the terminal is a real one, of the kernel's."""

import os
import pty
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli import REPOSITORY, hpo

SHELL = shutil.which("bash") or "/bin/bash"
ESCAPE = "\x1b"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
QUICK = ("tuner=inline", "optimizer=sobol", "num_trials=3")
LOUD = """
def loss(x):
    if x > 0.5:
        raise ValueError("\\x1b[31mtoo\\x1b[0m large")
    return {"loss": x}
"""
TASK = ("task=function", "task.function=loud.loss", "objective.metric=loss", "space=function")
SPACE = "+space.parameters.x={type: range, bounds: [0.0, 1.0]}"


def on_a_terminal(*arguments: str, cwd: Path, **environment: str) -> str:
    """Run Python with these arguments on a terminal and return all that it wrote there."""
    ours, theirs = pty.openpty()
    settings = {"PYTHONPATH": str(REPOSITORY), "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    unset = {"NO_COLOR", "FORCE_COLOR", "COLORTERM"}
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env={**inherited, **settings}
    ) as process:
        os.close(theirs)
        written = b""
        with suppress(OSError):  # the other end is closed
            while part := os.read(ours, 4096):
                written += part
        assert process.wait() == 0, written.decode()
    os.close(ours)
    return written.decode()


def test_a_terminal_gets_colour_unless_that_is_not_wanted(tmp_path: Path) -> None:
    """NO_COLOR takes colours and styles; a terminal that cannot be drawn on gets no control character at all."""
    script = "from hpo.terminal import console; console().print('[red]red[/red] [bold]bold[/bold]')"
    assert COLOUR.search(on_a_terminal("-c", script, cwd=tmp_path))
    assert on_a_terminal("-c", script, cwd=tmp_path, NO_COLOR="1") == "red bold\r\n"
    assert on_a_terminal("-c", script, cwd=tmp_path, TERM="dumb") == "red bold\r\n"


@pytest.mark.slow
def test_a_study_without_colour_still_has_its_table(tmp_path: Path) -> None:
    """It is drawn and kept current, without colour and style."""
    shown = on_a_terminal("-m", "hpo", *QUICK, cwd=tmp_path, NO_COLOR="1")
    assert "utilisation" in shown
    assert ESCAPE in shown
    assert COLOUR.search(shown) is None


@pytest.mark.slow
def test_files_get_text_alone(tmp_path: Path) -> None:
    """Redirected output, hpo.log and the files of a study have no control character, whatever a task raises."""
    (tmp_path / "loud.py").write_text(LOUD)
    run = subprocess.run(
        [sys.executable, "-m", "hpo", *TASK, SPACE, *QUICK, "study=loud"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "FORCE_COLOR": "1"},
    )
    study = tmp_path / "outputs" / "loud"
    (log,) = study.glob("sessions/*/hpo.log")
    texts = [run.stdout, run.stderr, log.read_text(), (study / "trials.csv").read_text()]
    assert [text.count(ESCAPE) for text in texts] == [0, 0, 0, 0]
    assert all("ValueError: too large" in text for text in texts if text)


@pytest.mark.slow
def test_other_libraries_are_heard_when_that_is_asked(tmp_path: Path) -> None:
    """By default nobody but this program speaks, and the last line can be copied; with -v they all do."""
    quiet = hpo(*QUICK, cwd=tmp_path, warm=False)
    assert quiet.stderr == ""
    lines = quiet.stdout.splitlines()
    starts = ["Study", "[1/3]", "[2/3]", "[3/3]", "Report", "Best ", "  x1=", "All trials", "This one again"]
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts
    assert lines[-1] == "This one again: python -m hpo.run outputs/branin"
    loud = hpo("-v", *QUICK, "study=loud", cwd=tmp_path, warm=False)
    assert "ax.storage.sqa_store" in loud.stdout + loud.stderr
    assert "Best of 3 trials" in loud.stdout


def completions(typed: str) -> list[str]:
    """Return what bash offers after ``typed``."""
    words = typed.split() if not typed.endswith(" ") else [*typed.split(), ""]
    script = (
        'eval "$(hpo --shell-completion install=bash)"\n'
        f"COMP_LINE={typed!r} COMP_POINT={len(typed)} COMP_CWORD={len(words) - 1}\n"
        "export COMP_LINE COMP_POINT\n"
        'hydra_bash_completion\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY)}
    run = subprocess.run([SHELL, "-c", script], capture_output=True, text=True, env=environment, check=True)
    return run.stdout.split()


@pytest.mark.slow
@pytest.mark.skipif(not (Path(sys.executable).parent / "hpo").exists(), reason="the command hpo is not installed")
def test_bash_completes_groups_choices_and_keys() -> None:
    """With the function that the command prints for the shell."""
    assert {"task=", "scheduler="} <= set(completions("hpo "))
    choices = {f"task={path.stem}" for path in (REPOSITORY / "conf" / "task").glob("*.yaml")}
    assert set(completions("hpo task=")) == choices
    assert completions("hpo scheduler=asha scheduler.gr") == ["scheduler.grace_steps="]
