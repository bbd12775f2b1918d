"""``python -m hpo.report``: the file that it writes, in a real browser."""

import json
import re
from pathlib import Path

import pytest

from hpo.report.command_line import main
from hpo.study import Outcome, Status, Study
from hpo.task import Report
from tests.cli import module, succeed
from tests.report.browser import FIGURE, assert_all_drawn, drawn, needs_browser
from tests.scripted import MakeStudy, completed


@pytest.fixture
def mixed(asked: MakeStudy) -> Study:
    """Twelve trials in outputs/demo: nine with data and learning curves, two failed, one that runs."""
    study = asked(num_trials=12, slots=12)
    study.begin()
    for index in range(12):
        study.ask()
        study.start(index)
    for index in range(9):
        for step in (1, 2):
            study.report(index, Report(step=step, metrics={"loss": (index - 4.0) ** 2 / step}))
        study.tell(index, completed((index - 4.0) ** 2 / 2))
    log = ("Traceback", "ValueError: <script>alert(1)</script>")
    study.tell(9, Outcome(Status.FAILED, reason="ValueError: <b>no</b>", started_at=101.0, seconds=1.0, log_tail=log))
    study.tell(10, Outcome(Status.TIMEOUT, reason="ran for more than 3 s", started_at=101.0, seconds=3.0))
    return study


@needs_browser
def test_every_figure_is_drawn_in_a_browser(mixed: Study, tmp_path: Path) -> None:
    """Nothing is written to the console, where a request that the page's policy forbids would be, and errors."""
    assert main(["outputs/demo"]) == 0
    body, console = drawn(Path("outputs/demo/report.html").absolute(), tmp_path / "profile")
    assert_all_drawn(body, console, n_figures=8)
    assert '"error_x"' in body
    assert body.count('class="xtitle"') == 7  # parallel coordinates have no such axis
    assert "as good, as far as the model can tell" in body
    assert len(re.findall(r'<svg class="main-svg"', body)) >= 8


@needs_browser
def test_a_forbidden_request_would_be_seen(mixed: Study, tmp_path: Path) -> None:
    """With an image from elsewhere in it, the browser refuses to load it, and says so."""
    assert main(["outputs/demo", "--no-model"]) == 0
    page = tmp_path / "page.html"
    text = Path("outputs/demo/report.html").read_text()
    page.write_text(text.replace("</body>", '<img src="http://127.0.0.1:9/x.png"></body>'))
    _, console = drawn(page, tmp_path / "profile")
    assert any("Content Security Policy" in line for line in console)


def test_it_says_what_there_is_to_know(mixed: Study) -> None:
    """Best parameters, failures by reason with the end of a log, versions and arguments; and text stays text."""
    assert main(["outputs/demo", "--no-model", "--output", "mine.html"]) == 0
    text = Path("mine.html").read_text()
    body = text.partition("<body")[2]
    assert "loss (trial 4)" in body
    assert "9 completed, 1 failed, 1 running, 1 timeout" in body
    assert "ran for more than 3 s" in body
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body
    assert "task=demo" in body
    assert "Model" not in re.findall(r"<h2>(.*)</h2>", body)


def test_failures_come_before_what_the_slots_did(mixed: Study) -> None:
    """What went wrong is more urgent than how the time was spent."""
    assert main(["outputs/demo", "--no-model"]) == 0
    titles = re.findall(r"<h2>(.*)</h2>", Path("outputs/demo/report.html").read_text())
    assert titles[-3:] == ["Failures", "Slots", "How it was made"]


def test_a_study_without_data_has_a_report(asked: MakeStudy) -> None:
    """It says that there is nothing yet."""
    study = asked()
    study.begin()
    assert main(["outputs/demo"]) == 0
    body = Path("outputs/demo/report.html").read_text().partition("<body")[2]
    assert "No trial has completed." in body
    assert "A model needs 5 completed trials; there are 0." in body


@pytest.mark.slow
@needs_browser
def test_a_real_study_of_all_kinds_of_parameters(tmp_path: Path) -> None:
    """Log ranges, steps, choices of words and of numbers, a fixed one: the model's figures are drawn too."""
    (tmp_path / "kinds.py").write_text(
        "def loss(a, b, c, d, e):\n    return {'loss': (a - 0.01) ** 2 + b / 10 + (c == 'x') + d + e}\n"
    )
    space: dict[str, dict[str, object]] = {
        "a": {"type": "range", "bounds": [0.001, 1.0], "log_scale": True},
        "b": {"type": "range", "bounds": [1, 9], "value_type": "int", "step_size": 2},
        "c": {"type": "choice", "values": ["x", "y", "z"]},
        "d": {"type": "choice", "values": [1, 2, 4], "is_ordered": True},
        "e": {"type": "fixed", "value": 0.5},
    }
    (tmp_path / "space.json").write_text(json.dumps([{"name": name, **each} for name, each in space.items()]))
    task = ("task=function", "task.function=kinds.loss", "space.file=space.json", "objective.metric=loss")
    succeed(*task, "optimizer=sobol", "tuner=inline", "num_trials=12", "study=kinds", cwd=tmp_path)
    run = module("hpo.report", "outputs/kinds", cwd=tmp_path, timeout_s=400)
    assert (run.returncode, run.stderr) == (0, "")
    body, console = drawn(tmp_path / "outputs/kinds/report.html", tmp_path / "profile")
    assert console == []
    assert body.count('class="figure"') == body.count(FIGURE) >= 6


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["outputs/other"], "outputs/other does not exist"),
        (["outputs/demo", "--output", "nowhere/a.html"], "there is no nowhere"),
        (["outputs/demo", "--output", "outputs"], "is a folder"),
    ],
)
def test_a_fault_is_said(mixed: Study, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    """Nothing is written, and the exit code is 2."""
    before = sorted(Path().rglob("*"))
    assert main(arguments) == 2
    assert says in capsys.readouterr().err
    assert sorted(Path().rglob("*")) == before
