"""What is said where a study lies there that was made for something else, and what is offered instead."""

from pathlib import Path

import pytest

from tests.cli import hpo, module, succeed

MADE = ("optimizer=sobol", "tuner=inline", "num_trials=3")
PROGRAMS = [("hpo", "restart=auto"), ("hpo.slurm",)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a study of three trials of Branin, called old."""
    succeed("task=branin", "study=old", *MADE, cwd=tmp_path)
    return tmp_path


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program[0])
@pytest.mark.parametrize("task", ["hartmann6", "qm7"])
def test_another_task_is_the_one_thing_that_is_said(folder: Path, program: tuple[str, ...], task: str) -> None:
    """Not what that task lacks in the study's space and objective, which follows from it."""
    name, *more = program
    run = module(name, *more, f"task={task}", "study=old", cwd=folder)
    assert run.returncode == 2
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"task={task} is not what study=old was made with, branin (")
    assert "Leave it out: python -m hpo restart=resume study=old; or make a new study: study=old-2." in line


def test_a_task_that_nobody_named_is_called_by_its_class(tmp_path: Path) -> None:
    """The study was made with the default task: one line all the same."""
    succeed("study=old", *MADE, cwd=tmp_path)
    run = hpo("restart=auto", "study=old", "task=hartmann6", cwd=tmp_path)
    (line,) = run.stderr.splitlines()
    assert line.startswith("task._target_=tasks.toy.Hartmann6 is not what study=old was made with, tasks.toy.Branin (")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program[0])
def test_fewer_trials_than_there_are_get_an_offer_that_works(folder: Path, program: tuple[str, ...]) -> None:
    """restart=extend would refuse them too; leaving the number out, or a study of another name, does not."""
    name, *more = program
    run = module(name, *more, *MADE[:2], "task=branin", "study=old", "num_trials=2", cwd=folder)
    assert run.returncode == 2
    assert "restart=extend" not in run.stderr
    assert "or make a new study, for this one has 3 trials: study=old-2." in run.stderr
    assert "nothing is left to run" in succeed("restart=resume", "study=old", cwd=folder)
    again = module(name, *more, *MADE[:2], "task=branin", "study=old-2", "num_trials=2", cwd=folder)
    assert again.returncode == 0, again.stderr


def test_more_trials_than_there_are_can_be_had_by_the_command_that_is_offered(folder: Path) -> None:
    """The command after the colon runs."""
    run = hpo("restart=resume", "study=old", "num_trials=4", cwd=folder)
    assert run.returncode == 2
    command = run.stderr.rpartition("change it: python -m hpo ")[2].strip().rstrip(".")
    assert "Best of 4 trials" in succeed(*command.split(), cwd=folder)
