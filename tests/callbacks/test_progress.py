import io
import logging

import pytest
from rich.console import Console

from hpo.callbacks import Progress
from hpo.study import Outcome, Status, Study
from tests.scripted import MakeStudy, completed


def run(study: Study) -> None:
    study.begin()
    for outcome in (completed(2.0), Outcome(Status.FAILED, reason="ValueError: no")):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, outcome)
    study.end()


def test_without_a_terminal_each_trial_is_a_line(make_study: MakeStudy, caplog: pytest.LogCaptureFixture) -> None:
    """A line says how the trial ended, how many are done, and the best so far."""
    with caplog.at_level(logging.INFO, "hpo"):
        run(make_study(observers={"progress": Progress(live=False)}))
    assert "[1/4] trial 0000 2 after 2.0 s, best 2 (trial 0)" in caplog.messages
    assert "[2/4] trial 0001 failed: ValueError: no after 0.0 s, best 2 (trial 0)" in caplog.messages


def test_on_a_terminal_there_is_a_table(make_study: MakeStudy, caplog: pytest.LogCaptureFixture) -> None:
    """The live table has done, running, failed, best, utilisation and the time left; lines go to the log file only."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=120)
    with caplog.at_level(logging.DEBUG, "hpo"):
        run(make_study(observers={"progress": Progress(console=console)}))
    for shown in ("done", "2/4", "running", "failed", "2 (trial 0)", "utilisation", "50%", "time left"):
        assert shown in text.getvalue()
    assert {record.levelname for record in caplog.records if "trial 000" in record.getMessage()} == {"DEBUG"}


@pytest.mark.parametrize("width", [80, 60, 40])
def test_the_table_is_whole_on_a_narrow_terminal(make_study: MakeStudy, width: int) -> None:
    """No heading and no number is cut or folded; below 78 columns they stand below each other."""
    text = io.StringIO()
    run(make_study(observers={"progress": Progress(console=Console(file=text, force_terminal=True, width=width))}))
    lines = text.getvalue().splitlines()
    for shown in ("done", "2/4", "running", "failed", "2 (trial 0)", "utilisation", "50%", "time left"):
        assert any(shown in line for line in lines)
    assert "…" not in text.getvalue()
    assert any("done" in line and "time left" in line for line in lines) == (width == 80)


def test_a_terminal_that_cannot_be_drawn_on_gets_lines(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With TERM=dumb there is a line a trial, and nothing is drawn."""
    monkeypatch.setenv("TERM", "dumb")
    text = io.StringIO()
    with caplog.at_level(logging.INFO, "hpo"):
        run(make_study(observers={"progress": Progress(console=Console(file=text, force_terminal=True))}))
    assert "[1/4] trial 0000 2 after 2.0 s, best 2 (trial 0)" in caplog.messages
    assert text.getvalue() == ""


def test_no_control_character_reaches_a_file(make_study: MakeStudy) -> None:
    """Where the output is no terminal, nothing is drawn."""
    text = io.StringIO()
    run(make_study(observers={"progress": Progress(console=Console(file=text))}))
    assert text.getvalue() == ""
