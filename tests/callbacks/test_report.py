import re
import signal
from pathlib import Path

import pytest

from hpo.callbacks import Report
from hpo.errors import InputError
from hpo.study import Outcome, Status
from tests.cli import hpo, succeed
from tests.scripted import MakeStudy


def titles(report: Path) -> list[str]:
    return re.findall(r"<h2>(.*)</h2>", report.read_text().partition("<body")[2])


@pytest.mark.slow
def test_a_finished_study_has_a_report_with_a_model(tmp_path: Path) -> None:
    """It is written when the study is over, and says so; it is named among the last lines."""
    printed = succeed(
        "task=branin",
        "optimizer=sobol",
        "tuner=inline",
        "num_trials=6",
        "study=seen",
        "callbacks.report.model=true",
        cwd=tmp_path,
    )
    report = tmp_path / "outputs/seen/report.html"
    assert "Report: outputs/seen/report.html" in printed
    assert "Model" in titles(report)
    assert ">finished; Branin" in report.read_text()


@pytest.mark.slow
def test_it_is_written_while_the_study_runs(tmp_path: Path) -> None:
    """Trials find it there, before the study is over; none of it has a model if none is wanted."""
    (tmp_path / "watch.py").write_text(
        "import time\nfrom pathlib import Path\n\n\ndef loss(x):\n"
        "    is_late = len(list(Path('..').iterdir())) > 3\n"
        "    deadline = time.monotonic() + 60\n"
        "    while is_late and not Path('../../report.html').exists() and time.monotonic() < deadline:\n"
        "        time.sleep(0.05)\n"
        "    return {'loss': x, 'seen': float(Path('../../report.html').exists())}\n"
    )
    task = ("task=function", "task.function=watch.loss", "objective.metric=loss", "space=function")
    space = "+space.parameters.x={type: range, bounds: [0.0, 1.0]}"
    settings = ("optimizer=sobol", "tuner=inline", "num_trials=6", "study=seen")
    succeed(*task, space, *settings, "callbacks.report.every_s=0.01", cwd=tmp_path)
    table = (tmp_path / "outputs/seen/trials.csv").read_text().splitlines()
    column = table[0].split(",").index("seen")
    assert {"0.0", "1.0"} == {line.split(",")[column] for line in table[1:]}
    assert "Model" not in titles(tmp_path / "outputs/seen/report.html")


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A folder lies in its place; the study ends as it would."""
    (tmp_path / "mine").mkdir()
    arguments = ("task=branin", "optimizer=sobol", "tuner=inline", "num_trials=2", "study=seen")
    succeed(*arguments, cwd=tmp_path)
    report = tmp_path / "outputs/seen/report.html"
    report.unlink()
    report.mkdir()
    run = hpo(*arguments, "num_trials=3", "restart=extend", cwd=tmp_path)
    assert run.returncode == 0
    assert "There is no report:" in run.stderr + run.stdout
    assert "is a folder" in run.stderr + run.stdout


@pytest.mark.parametrize(
    ("model", "hours", "wanted"),
    [("auto", 1.0, True), ("auto", 0.05, False), (True, 0.05, True), (False, 1.0, False)],
)
def test_a_long_study_has_the_model_by_itself(
    make_study: MakeStudy, model: bool | str, hours: float, wanted: bool
) -> None:
    """Where it takes little of the study's time, and only of a study that reached its total."""
    study = make_study(num_trials=2)
    study.begin()
    for index in (0, 1):
        assert not Report(model=model)._wants_model(study)
        study.ask()
        outcome = Outcome(Status.COMPLETED, {"loss": 1.0}, started_at=100.0, seconds=hours * 3600)
        study.tell(index, outcome)
    assert Report(model=model)._wants_model(study) is wanted


@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_study_that_is_stopped_writes_none(asked: MakeStudy, is_stopped: bool) -> None:
    """Whoever stopped it is not kept waiting; at any other end there is one."""
    study = asked(observers={"report": Report()})
    study.begin()
    if is_stopped:
        study.interruption.request(signal.SIGTERM)
    study.end()
    assert (study.paths.root / "report.html").exists() is not is_stopped


@pytest.mark.parametrize("settings", [{"every_s": 0.0}, {"every_s": float("nan")}, {"model": "maybe"}])
def test_wrong_settings_are_refused(settings: dict[str, object]) -> None:
    """Before anything starts."""
    with pytest.raises(InputError, match=r"callbacks\.report\."):
        Report(**settings)  # type: ignore[arg-type]
