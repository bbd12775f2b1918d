"""What could be typed next."""

import os
from pathlib import Path

from hpo.study import Outcome, Status, Study
from tests.scripted import MakeStudy, completed, told
from tests.status.reading import DEMO, as_json, commands, read, text

FAILED = Outcome(Status.FAILED, reason="ValueError: no")
RESUME = "python -m hpo restart=resume study=demo"
RETRY = f"{RESUME} restart.retry_failed=true"
EXTEND = "python -m hpo restart=extend study=demo num_trials=4"
AGAIN = "python -m hpo.run outputs/demo"


def finish(study: Study, *outcomes: Outcome) -> None:
    told(study, *outcomes).end()


def test_a_stopped_study_is_resumed(asked: MakeStudy) -> None:
    """With trials left, and none that failed, there is one command, and how many trials it runs."""
    finish(asked(num_trials=4), completed(1.0))
    assert commands() == [RESUME]
    assert "run the 3 trials left:" in text()


def test_failed_trials_may_have_another_go(asked: MakeStudy) -> None:
    """Beside going on there is going on with those that failed."""
    finish(asked(num_trials=4), completed(1.0), FAILED)
    assert commands() == [RESUME, RETRY]


def test_a_finished_study_is_extended_or_its_best_run_again(asked: MakeStudy) -> None:
    """The new total is twice the old one."""
    finish(asked(num_trials=2), completed(2.0), completed(1.0))
    assert commands() == [EXTEND, AGAIN]
    assert as_json()["best_command"] == AGAIN


def test_a_finished_study_with_failures_offers_all(asked: MakeStudy) -> None:
    """Extend, the best again, and another go for the failed one."""
    finish(asked(num_trials=2), completed(2.0), FAILED)
    assert commands() == [EXTEND, AGAIN, RETRY]


def test_a_finished_study_whose_end_is_missing_can_write_it(asked: MakeStudy) -> None:
    """The process was killed after the last trial, before trials.csv."""
    study = asked(num_trials=2)
    study.begin()
    for loss in (2.0, 1.0):
        trial = study.ask()
        assert trial is not None
        study.tell(trial.index, completed(loss))
    study._history.close()
    assert commands()[0] == RESUME
    assert "write trials.csv and best.yaml" in text()


def test_an_extension_that_did_not_run_is_resumed(asked: MakeStudy) -> None:
    """Killed after the new total was written and before a session began."""
    study = asked(num_trials=2)
    finish(study, completed(2.0), completed(1.0))
    study.paths.config.write_text(study.paths.config.read_text().replace("num_trials: 2", "num_trials: 6"))
    assert commands() == [RESUME]
    assert "extended, not run yet" in text()
    assert "run the 4 trials left:" in text()


def test_here_no_directory_is_named(asked: MakeStudy, tmp_path: Path) -> None:
    """The commands can be typed as they are."""
    finish(asked(num_trials=4), completed(1.0))
    assert "\nnext\n" in text()
    assert as_json()["next"]["directory"] == str(tmp_path)


def test_elsewhere_the_directory_is_named(asked: MakeStudy, tmp_path: Path) -> None:
    """They want the directory that holds outputs/."""
    finish(asked(num_trials=4), completed(1.0))
    os.chdir("/")
    assert f"\nnext, typed in {tmp_path}\n" in text(tmp_path / DEMO)


def test_a_study_that_is_not_in_outputs_is_linked_first(asked: MakeStudy, tmp_path: Path) -> None:
    """The program looks in outputs/ only; the first command makes the others work."""
    study = asked(num_trials=4)
    finish(study, completed(1.0))
    first, *others = commands(study.paths.root)
    assert first == f"mkdir -p outputs && ln -s {study.paths.root} outputs/study"
    assert others == ["python -m hpo restart=resume study=study"]
    assert os.system(first) == 0  # noqa: S605 - as a user would type it
    assert read(Path("outputs/study")).next.steps[0].command == others[0]
