import os
import shlex
import subprocess
import sys
from pathlib import Path

import yaml

from tests.cli import REPOSITORY, hpo, succeed

GROUPS = [folder.name for folder in (REPOSITORY / "conf").iterdir() if folder.is_dir() and folder.name[0] != "_"]


def test_help_lists_every_group_with_its_choices(tmp_path: Path) -> None:
    """--help names each folder and file of conf/, and three examples."""
    text = succeed("--help", cwd=tmp_path)
    for group in set(GROUPS) - {"hydra"}:
        (line,) = [line for line in text.splitlines() if line.startswith(f"{group}: ")]
        choices = {path.stem for path in (REPOSITORY / "conf" / group).glob("*.yaml")}
        assert set(line.removeprefix(f"{group}: ").split(", ")) == choices
    assert text.count("  python -m hpo") >= 3


def test_the_config_is_shown_without_running(tmp_path: Path) -> None:
    """--cfg job prints the composed config and makes no file."""
    config = yaml.safe_load(succeed("--cfg", "job", "num_trials=7", cwd=tmp_path))
    assert config["num_trials"] == 7
    assert list(tmp_path.iterdir()) == []


def test_answers_need_no_heavy_library() -> None:
    """The entrypoint imports neither torch, ax, ray, numpy, pandas nor rich before a study starts."""
    script = (
        "import sys, runpy; sys.argv = ['hpo', '--cfg', 'job']\n"
        "try:\n    runpy.run_module('hpo', run_name='__main__')\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'ax', 'ray', 'numpy', 'pandas', 'hippynn', 'scipy'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


def test_every_choice_begins_with_what_it_is_for_and_how_to_select_it() -> None:
    """The first line of a YAML file is its purpose, the second its selection."""
    for path in (REPOSITORY / "conf").glob("*/*.yaml"):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("# @package")]
        assert lines[0].startswith("# ")
        assert f"{path.parent.name}={path.stem}" in lines[1], path


def test_a_study_needs_no_option_but_its_task(tmp_path: Path) -> None:
    """A short inline study ends with 0, says its best, and leaves all its files."""
    text = succeed("tuner=inline", "optimizer=sobol", "num_trials=3", cwd=tmp_path)
    assert "Best of 3 trials" in text
    study = tmp_path / "outputs" / "branin"
    made = {path.name for path in study.iterdir()}
    files = {"study.yaml", "journal.jsonl", "ax_client.json", "trials.csv", "best.yaml", "summary.json", "report.html"}
    assert made == files | {"trials", "sessions"}
    (session,) = (study / "sessions").iterdir()
    assert {path.name for path in (session / ".hydra").iterdir()} == {"config.yaml", "hydra.yaml", "overrides.yaml"}
    assert "trial 0002" in (session / "hpo.log").read_text()


def test_a_second_identical_command_refuses_and_prints_two_that_work(tmp_path: Path) -> None:
    """Nothing is overwritten: the study's files stay as they are, and both printed commands run."""
    arguments = ("tuner=inline", "optimizer=sobol", "num_trials=2")
    succeed(*arguments, cwd=tmp_path)
    journal = tmp_path / "outputs" / "branin" / "journal.jsonl"
    before = journal.read_bytes()
    refusal = hpo(*arguments, cwd=tmp_path)
    assert refusal.returncode == 2
    assert journal.read_bytes() == before
    commands = [line.partition("#")[0].split()[3:] for line in refusal.stderr.splitlines() if "python -m hpo" in line]
    assert len(commands) == 2
    for command in commands:
        succeed(*command, cwd=tmp_path)
    assert len(list((tmp_path / "outputs").glob("branin.until-*"))) == 1


def test_best_yaml_runs_as_its_first_line_says(tmp_path: Path) -> None:
    """The command in best.yaml gives the same value again."""
    succeed("tuner=inline", "optimizer=sobol", "num_trials=3", cwd=tmp_path)
    best = (tmp_path / "outputs" / "branin" / "best.yaml").read_text()
    again = subprocess.run(
        ["/bin/sh", "-c", best.splitlines()[0].removeprefix("# ").replace("python", shlex.quote(sys.executable), 1)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    value = yaml.safe_load(best)["objective"]["value"]
    assert f"value = {value:.6g} in trial 0" in again.stdout


def test_same_seed_inline_gives_the_same_suggestions(tmp_path: Path) -> None:
    """Two inline Bayesian studies with one seed try the same parameters."""
    tables = []
    for study in ("one", "two"):
        succeed("tuner=inline", "optimizer.n_initial=3", "num_trials=5", f"study={study}", cwd=tmp_path, warm=False)
        paths = (tmp_path / "outputs" / study / "trials").glob("*/params.yaml")
        tables.append({path.parent.name: path.read_text() for path in paths})
    assert len(tables[0]) == 5
    assert tables[0] == tables[1]


def test_a_study_without_a_completed_trial_fails(tmp_path: Path) -> None:
    """When every trial fails, the exit code is 1 and the message names a log to read."""
    run = hpo("tuner=inline", "optimizer=sobol", "num_trials=2", "task.failures.error=1", cwd=tmp_path)
    assert run.returncode == 1
    assert "None of the 2 trials of branin completed" in run.stderr
    assert "trials/0001/log.txt" in run.stderr


def test_the_posts_parameter_file_is_read(tmp_path: Path) -> None:
    """space.file=parameters.json takes Ax's list of dictionaries as it is."""
    (tmp_path / "parameters.json").write_text(
        '[{"name": "x1", "type": "range", "value_type": "float", "bounds": [-1.0, 1.0]},'
        ' {"name": "x2", "type": "fixed", "value": 2.5}]'
    )
    succeed("tuner=inline", "optimizer=sobol", "num_trials=2", "space.file=parameters.json", cwd=tmp_path)
    parameters = yaml.safe_load((tmp_path / "outputs/branin/trials/0001/params.yaml").read_text())
    assert parameters["x2"] == 2.5
    assert -1 <= parameters["x1"] <= 1


def test_a_function_without_a_file_of_its_own(tmp_path: Path) -> None:
    """A function and its parameters can be named on the command line alone; whole numbers may stand for floats."""
    (tmp_path / "mine.py").write_text("def square(x):\n    assert isinstance(x, float)\n    return x * x\n")
    text = succeed(
        "task=function",
        "task.function=mine.square",
        "+space.parameters.x={type: range, bounds: [-1.0, 2.0]}",
        "optimizer=sobol",
        "optimizer.first=[{x: 1}]",
        "tuner=inline",
        "num_trials=2",
        cwd=tmp_path,
    )
    assert "Best of 2 trials" in text
    assert yaml.safe_load((tmp_path / "outputs/function/trials/0000/params.yaml").read_text()) == {"x": 1.0}


def test_a_function_without_parameters_is_told_to_name_them(tmp_path: Path) -> None:
    """task=function alone says what is missing, without a traceback."""
    run = hpo("task=function", cwd=tmp_path)
    assert run.returncode == 2
    assert "task.function" in run.stderr
    assert "space.parameters={} has nothing to tune" in run.stderr


def test_a_closed_pipe_changes_no_exit_code(tmp_path: Path) -> None:
    """Where nobody reads the message any more, the code still says that the study was refused."""
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "hpo", "num_trials=0"],
        cwd=tmp_path,
        stderr=writing,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )
    os.close(writing)
    assert run.returncode == 2
