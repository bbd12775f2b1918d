from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import hpo
from hpo.status.study_status import StudyStatus
from tests.cli import REPOSITORY, succeed
from tests.cli import hpo as program

SPACE = hpo.build_space(
    {
        "x": {"type": "range", "bounds": [0.0, 1.0]},
        "y": {"type": "range", "bounds": [0.0, 1.0]},
        "kind": {"type": "choice", "values": ["a", "b's", "1"], "value_type": "str"},
    },
    constraints=["x <= 0.5*y"],
)
SOBOL = "optimizer=sobol"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def study() -> Iterator[hpo.AskTellStudy]:
    with hpo.create_study("hand", SPACE, overrides=[SOBOL, "num_trials=3"], concurrency=2) as study:
        yield study


def test_the_space_arrives_as_it_was_made(study: hpo.AskTellStudy) -> None:
    """A space that was made in Python is the study's, to the quote in a choice and the factor in a constraint."""
    assert study.space.digest == SPACE.digest
    trial = study.ask()
    assert trial is not None
    assert SPACE.contains(trial.parameters)


def test_trials_are_told_in_any_order(study: hpo.AskTellStudy) -> None:
    """The journal has what was told, whatever came first."""
    first, second = study.ask(), study.ask()
    assert first is not None
    assert second is not None
    study.tell(second, 2.0)
    study.fail(first.index, "it\nbroke")
    seen = hpo.open_study("hand")
    assert [trial.status for trial in seen.trials] == [hpo.Status.FAILED, hpo.Status.COMPLETED]
    assert seen.trials_frame().reason[0] == "it broke"
    assert seen.best_value == 2.0


def test_what_is_told_twice_counts_once(study: hpo.AskTellStudy) -> None:
    """The first outcome of a trial stays."""
    trial = study.ask()
    assert trial is not None
    study.tell(trial, 2.0)
    assert study.tell(trial, 1.0).metrics == {"value": 2.0}


def test_a_missing_metric_is_no_data(study: hpo.AskTellStudy) -> None:
    """A trial whose outcome lacks what the objective needs is invalid, and the reason says what is missing."""
    trial = study.ask()
    assert trial is not None
    told = study.tell(trial, {"loss": 1.0})
    assert told.status is hpo.Status.INVALID
    assert study.trials_frame().reason[0] == (
        "the task did not return value (it returned loss); "
        "a study with objective.metric=loss takes it over: restart=warm_start"
    )


def test_more_at_once_than_agreed_is_refused(study: hpo.AskTellStudy) -> None:
    """Whoever forgets to tell is told so, with the trials that wait."""
    study.ask()
    study.ask()
    with pytest.raises(hpo.InputError, match=r"waits for trial 0, 1, .* concurrency=2 .* concurrency=3"):
        study.ask()


def test_a_trial_that_was_not_asked_for_is_refused(study: hpo.AskTellStudy) -> None:
    """An index that is nobody's is named."""
    with pytest.raises(hpo.InputError, match=r"Trial 7 of study=hand was not asked for"):
        study.tell(7, 1.0)


def test_an_outcome_may_come_in_a_later_session() -> None:
    """A trial that was asked for before the study was closed is told by its index, and not asked for again."""
    with hpo.create_study("hand", SPACE, overrides=[SOBOL, "num_trials=2"]) as study:
        study.ask()
    with hpo.resume_study("hand") as again:
        again.tell(0, 1.0)
        trial = again.ask()
        assert trial is not None
        assert trial.index == 1
        again.tell(trial, 2.0)
        assert again.ask() is None
    assert hpo.open_study("hand").state == "finished"


def test_a_closed_study_says_how_to_go_on() -> None:
    """After the end there is no asking, and the message has the call that goes on."""
    with hpo.create_study("hand", SPACE, overrides=[SOBOL]) as study:
        pass
    with pytest.raises(hpo.InputError, match=r"study=hand is closed .* hpo.resume_study\('hand'\)"):
        study.ask()


def test_all_faults_come_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    """A study that cannot be made leaves nothing behind, and every fault is named."""
    with pytest.raises(hpo.InputError, match=r"(?s)num_trials=0 .*objective.direction=up "):
        hpo.create_study("hand", SPACE, overrides=["num_trials=0", "objective.direction=up"])
    with pytest.raises(hpo.InputError, match="study=other is no override here"):
        hpo.create_study("hand", SPACE, overrides=["study=other"])
    with pytest.raises(hpo.InputError, match="study=hand has no space"):
        hpo.create_study("hand")
    with pytest.raises(hpo.InputError, match="no_such_key"):
        hpo.create_study("hand", SPACE, overrides=["no_such_key=1"])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_configs_is_found_again() -> None:
    """A study of a task in a folder of one's own is made with it, and goes on without naming it again."""
    folder = REPOSITORY / "examples" / "trimer"
    overrides = ["task=trimer", "space=trimer", SOBOL, "num_trials=2"]
    with hpo.create_study("trimer", overrides=overrides, config_dir=folder) as study:
        trial = study.ask()
        assert trial is not None
        assert set(trial.parameters) == {"bond", "angle"}
    with hpo.resume_study("trimer") as again:
        assert again.ask() == replace(trial, attempt=2)


def test_a_study_in_which_too_much_fails_stops() -> None:
    """Past failures.max_share nothing more is asked for, and the message says how to go on."""
    overrides = [SOBOL, "failures.max_share=0.5"]
    with hpo.create_study("ill", SPACE, overrides=overrides) as ill:
        for _ in range(10):
            trial = ill.ask()
            assert trial is not None
            ill.fail(trial, "no luck")
        with pytest.raises(hpo.HpoError, match=r"study=ill asks for no more: .*hpo.resume_study\('ill'\)"):
            ill.ask()


def test_the_status_says_how_to_go_on_by_hand() -> None:
    """What could be typed next is Python, for the program has nothing to run; once it is finished, for more trials."""
    with hpo.create_study("hand", SPACE, overrides=[SOBOL, "num_trials=1"]) as study:
        trial = study.ask()
        assert trial is not None
    assert [step.command for step in StudyStatus.read(Path("outputs/hand"), now=0.0).next.steps] == [
        """python -i -c 'import hpo; study = hpo.resume_study('"'"'hand'"'"')'"""
    ]
    with hpo.resume_study("hand") as again:
        again.tell(trial, 1.0)
    (step,) = StudyStatus.read(Path("outputs/hand"), now=0.0).next.steps
    assert "num_trials=2)" in step.command


def test_a_model_learns_from_what_is_told() -> None:
    """With Bayesian optimisation, trials after the initial ones gather where the value is low."""
    space = hpo.build_space({"x": {"type": "range", "bounds": [0.0, 1.0]}})
    overrides = ["num_trials=8", "optimizer.n_initial=4"]
    with hpo.create_study("model", space, overrides=overrides) as study:
        while (trial := study.ask()) is not None:
            study.tell(trial, (float(trial.parameters["x"]) - 0.3) ** 2)
    assert study.best is not None
    assert study.best.index >= 4
    assert abs(float(study.best.parameters["x"]) - 0.3) < 0.05


@pytest.mark.slow
def test_the_program_goes_on_with_what_was_begun_by_hand(tmp_path: Path) -> None:
    """A study of a task that the program can run is resumed by it, and by hand again after that."""
    with hpo.create_study("shared", overrides=["task=branin", SOBOL, "num_trials=4"]) as study:
        told = study.ask()
        assert told is not None
        study.tell(told, 12.5)
        left = study.ask()
        assert left is not None
    succeed("restart=resume", "study=shared", "tuner=inline", cwd=tmp_path)
    seen = hpo.open_study("shared")
    assert (seen.state, seen.counts) == ("finished", {"completed": 4})
    assert seen.trials[0].metrics == {"value": 12.5}
    assert seen.trials[1].parameters == left.parameters
    with hpo.resume_study("shared", num_trials=5) as again:
        trial = again.ask()
        assert trial is not None
        assert trial.index == 4
        again.tell(trial, 0.1)
    assert again.best_value == 0.1


@pytest.mark.slow
def test_the_program_refuses_what_it_cannot_run(tmp_path: Path) -> None:
    """A study whose task nobody but its owner knows is not resumed by the program, which says what to do."""
    with hpo.create_study("hand", SPACE, overrides=[SOBOL]) as study:
        study.ask()
    run = program("restart=resume", "study=hand", cwd=tmp_path)
    assert run.returncode == 2
    assert "task=by_hand has nothing to run" in run.stderr
    assert hpo.open_study("hand").counts == {"running": 1}
