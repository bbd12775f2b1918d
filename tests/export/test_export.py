"""``python -m hpo.export``: what it writes is read by the programs that it is written for."""

from pathlib import Path

import optuna
import pytest
from ax.api.client import Client
from optuna.trial import TrialState

from hpo.export.command_line import main
from hpo.study import Outcome, Status, Study
from hpo.task import Report
from tests.cli import module, succeed
from tests.scripted import MakeStudy, completed


@pytest.fixture
def mixed(asked: MakeStudy) -> Study:
    """Six trials in outputs/demo: two with data, one that violates, one failed, one stopped early, one that runs."""
    study = asked(num_trials=6, slots=6, constraints=("size <= 10",))
    study.begin()
    for _ in range(6):
        study.ask()
    study.report(0, Report(step=1, metrics={"loss": 3.0, "size": 1.0}))
    study.report(0, Report(step=2, metrics={"loss": 2.5, "size": 1.0}))
    study.tell(0, completed(2.0, size=1.0))
    study.tell(1, completed(1.0, size=10.0))
    study.tell(2, completed(0.5, size=11.0))
    study.tell(3, Outcome(Status.FAILED, reason="ValueError: no"))
    study.tell(4, Outcome(Status.STOPPED_EARLY, {"loss": 7.0, "size": 1.0}, reason="hopeless"))
    return study


def optuna_study(path: Path, name: str) -> optuna.Study:
    return optuna.load_study(study_name=name, storage=f"sqlite:///{path}")


def test_optuna_has_every_trial_with_its_state(mixed: Study) -> None:
    """Numbers are indices; what has no data has no value, and what was reported on the way is there."""
    assert main(["outputs/demo", "--to", "optuna"]) == 0
    trials = optuna_study(Path("outputs/demo/optuna.db"), "demo").trials
    states = [TrialState.COMPLETE] * 3 + [TrialState.FAIL, TrialState.PRUNED, TrialState.RUNNING]
    assert [trial.state for trial in trials] == states
    assert [trial.number for trial in trials] == list(range(6))
    assert [trial.params for trial in trials] == [{"x": float(index)} for index in range(6)]
    assert [trial.value for trial in trials] == [2.0, 1.0, 0.5, None, 7.0, None]
    assert trials[0].intermediate_values == {1: 3.0, 2: 2.5}
    assert trials[0].user_attrs["size"] == 1.0
    assert trials[3].user_attrs["reason"] == "ValueError: no"
    assert trials[0].duration is not None
    assert trials[0].duration.total_seconds() == pytest.approx(2.0)


def test_the_best_of_optuna_keeps_to_the_constraints(mixed: Study) -> None:
    """The lowest loss is too large; the best is this study's."""
    assert main(["outputs/demo", "--to", "optuna"]) == 0
    assert mixed.best is not None
    assert optuna_study(Path("outputs/demo/optuna.db"), "demo").best_trial.number == mixed.best.index == 1


def test_ax_has_every_trial_with_its_status(mixed: Study) -> None:
    """Trials without data are abandoned, and the data of the others is all there."""
    assert main(["outputs/demo", "--to", "ax"]) == 0
    table = Client.load_from_json_file("outputs/demo/ax.json").summarize().set_index("trial_index")
    expected = ["COMPLETED"] * 3 + ["ABANDONED", "COMPLETED", "RUNNING"]
    assert table["trial_status"].tolist() == expected
    assert table["objective"].tolist()[:3] == [2.0, 1.0, 0.5]
    assert table["size"].tolist()[:3] == [1.0, 10.0, 11.0]


def test_a_finished_study_opens_in_both(tmp_path: Path) -> None:
    """As a user does it; both find the best, and Ax goes on from there."""
    succeed("task=branin", "optimizer=sobol", "tuner=inline", "num_trials=6", "study=demo", cwd=tmp_path)
    lines = {}
    for form in ("optuna", "ax"):
        run = module("hpo.export", "outputs/demo", "--to", form, cwd=tmp_path)
        assert run.returncode == 0, run.stderr
        lines[form] = run.stdout.splitlines()
    best = (tmp_path / "outputs/demo/trials.csv").read_text().splitlines()[1].split(",")
    study = eval(lines["optuna"][1], {"optuna": optuna})  # noqa: S307 - the line that it printed, as a user copies it
    assert study.best_trial.number == int(best[0])
    client = Client.load_from_json_file(str(tmp_path / lines["ax"][0]))
    parameters, _, index, _ = client.get_best_parameterization(use_model_predictions=False)
    assert index == int(best[0])
    assert set(parameters) == {"x1", "x2"}
    assert list(client.get_next_trials(max_trials=1)) == [6]


def test_an_extended_study_is_exported(tmp_path: Path) -> None:
    """Trials outside narrower bounds stretch Optuna's distribution, and are data for Ax."""
    common = ("task=branin", "optimizer=sobol", "tuner=inline", "study=demo")
    succeed(*common, "num_trials=4", cwd=tmp_path)
    succeed(*common, "num_trials=6", "restart=extend", "space.parameters.x1.bounds=[0, 1]", cwd=tmp_path)
    for form in ("optuna", "ax"):
        assert main([str(tmp_path / "outputs/demo"), "--to", form]) == 0
    assert len(optuna_study(tmp_path / "outputs/demo/optuna.db", "demo").trials) == 6
    table = Client.load_from_json_file(str(tmp_path / "outputs/demo/ax.json")).summarize()
    assert table["trial_status"].tolist() == ["COMPLETED"] * 6


def test_nothing_is_overwritten_unasked(mixed: Study, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there is kept, and replaced on demand."""
    Path("mine.db").write_text("mine")
    assert main(["outputs/demo", "--to", "optuna", "--output", "mine.db"]) == 2
    assert "mine.db is there already" in capsys.readouterr().err
    assert Path("mine.db").read_text() == "mine"
    assert main(["outputs/demo", "--to", "optuna", "--output", "mine.db", "--overwrite"]) == 0
    assert len(optuna_study(Path("mine.db"), "demo").trials) == 6


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["outputs/other"], "outputs/other does not exist"),
        (["outputs/demo", "--output", "nowhere/a.db"], "there is no nowhere"),
        (["outputs/demo", "--output", "outputs"], "is a folder"),
    ],
)
def test_a_fault_is_said(mixed: Study, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str) -> None:
    """Nothing is written, and the exit code is 2."""
    before = sorted(Path().rglob("*"))
    assert main([*arguments, "--to", "optuna"]) == 2
    assert says in capsys.readouterr().err
    assert sorted(Path().rglob("*")) == before
