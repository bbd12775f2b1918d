"""``python -m hpo.run``: a trial again, as a study of its own."""

import csv
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from hpo.study import Outcome, Status
from hpo.study.paths import StudyPaths
from hpo.study.stored import StoredStudy
from tests.cli import hpo, module, succeed
from tests.scripted import MakeStudy


def rows(study: Path) -> dict[int, Mapping[str, str]]:
    with (study / "trials.csv").open(newline="") as file:
        return {int(row["trial_index"]): row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the study ``noisy``, whose trials depend on their seeds."""
    folder = tmp_path_factory.mktemp("again")
    noisy = ("task.noise=5", "optimizer=sobol", "tuner=inline", "num_trials=4", "study=noisy")
    succeed(*noisy, cwd=folder)
    return folder


def run(folder: Path, *arguments: str) -> str:
    done = module("hpo.run", "outputs/noisy", *arguments, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_best_trial_gives_the_same_again(folder: Path) -> None:
    """Without more words it is the best trial, with its parameters and its seed, so that it has its value."""
    best = json.loads((folder / "outputs/noisy/summary.json").read_text())
    printed = run(folder)
    again = rows(folder / "outputs/noisy-best")
    assert [float(row["value"]) for row in again.values()] == [best["best_value"]]
    assert (
        yaml.safe_load((folder / "outputs/noisy-best/trials/0000/params.yaml").read_text()) == best["best_parameters"]
    )
    assert f"Trial {best['best_index']} of noisy again" in printed


def test_seeds_have_a_mean_and_a_standard_deviation(folder: Path) -> None:
    """Each seed is a trial; what is printed follows from the table, and a seed that another study knows is not new."""
    printed = run(folder, "--trial", "2", "--seeds", "3,1,4", "study=three")
    values = [float(row["value"]) for row in rows(folder / "outputs/three").values()]
    mean = sum(values) / 3
    std = (sum((value - mean) ** 2 for value in values) / 2) ** 0.5
    before = float(rows(folder / "outputs/noisy")[2]["value"])
    assert re.search(rf"value +{mean:.6g} +{std:.3g} +{before:.6g}\n", printed), printed
    assert std > 0
    assert "Seed 4: completed, files in outputs/three/trials/0002" in printed


def test_overrides_change_what_they_say_and_each_run_is_new(folder: Path) -> None:
    """A setting of the task changes, and the second run has a name of its own."""
    for _ in range(2):
        run(folder, "--trial", "0", "task.noise=0")
    studies = [StoredStudy.read(StudyPaths(folder / "outputs" / name)) for name in ("noisy-trial-0", "noisy-trial-0-2")]
    assert [study.config["task"]["noise"] for study in studies] == [0, 0]
    assert len({study.results().trials[0].metrics["value"] for study in studies}) == 1


@pytest.mark.slow
def test_a_point_that_was_run_many_times_has_a_report(folder: Path) -> None:
    """It has no model, for which there is one point only, and says so."""
    run(folder, "--seeds", "1,2,3,4,5", "study=five")
    done = module("hpo.report", "outputs/five", cwd=folder)
    assert done.returncode == 0, done.stderr
    text = (folder / "outputs/five/report.html").read_text()
    assert "A model needs 5 completed trials; there are 1 with different parameters." in text


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("outputs/nothing",), "outputs/nothing does not exist"),
        (("outputs/noisy", "--trial", "9"), "--trial 9 is no trial of noisy (it has trials 0 to 3)"),
        (("outputs/noisy", "--seeds", "1,x"), "--seeds 1,x names no seeds"),
        (("outputs/noisy", "--seeds", "1,1"), "repeat.seeds=[1, 1] has a seed twice"),
        (("outputs/noisy", "num_trials=3"), "num_trials is set by this command"),
        (("outputs/noisy", "noise"), "noise is no override"),
        (("outputs/noisy", "task.noise=-1"), "task.noise=-1"),
        (("outputs/noisy", "study=noisy"), "study=noisy exists already"),
    ],
)
def test_bad_input_is_refused(folder: Path, arguments: tuple[str, ...], complaint: str) -> None:
    """It exits with 2 and says what is wrong, and no study is made."""
    before = sorted((folder / "outputs").iterdir())
    done = module("hpo.run", *arguments, cwd=folder)
    assert done.returncode == 2, done.stdout + done.stderr
    assert complaint in done.stderr
    assert sorted((folder / "outputs").iterdir()) == before


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("repeat.parameters={x1: 0}", "repeat.parameters lacks x2"),
        ("repeat.parameters={x1: 0, x2: 1, x3: 2}", "repeat.parameters.x3 is no parameter of the space"),
        ("repeat.parameters=5", "repeat.parameters=5 is no mapping"),
        ("repeat.seeds=5", "repeat.seeds=5 is no list of seeds"),
        ("repeat.seeds=[-1]", "is no list of seeds"),
    ],
)
def test_a_point_that_is_none_is_refused(tmp_path: Path, override: str, complaint: str) -> None:
    """The two keys are checked like all others."""
    done = hpo(override, "tuner=inline", cwd=tmp_path)
    assert (done.returncode, complaint in done.stderr) == (2, True), done.stderr


@pytest.mark.slow
def test_an_interrupted_repetition_goes_on_at_its_point(tmp_path: Path) -> None:
    """Resumed and extended, the study repeats the point, here one outside the space, with the seeds that are left."""
    arguments = ("task.noise=5", "repeat.parameters={x1: -7, x2: 1}", "repeat.seeds=[5,6]", "tuner=inline", "study=s")
    succeed(*arguments, "num_trials=1", cwd=tmp_path)
    succeed("restart=extend", "study=s", "num_trials=3", cwd=tmp_path)
    found = rows(tmp_path / "outputs/s")
    assert {(row["x1"], row["x2"]) for row in found.values()} == {("-7.0", "1.0")}
    assert len({row["value"] for row in found.values()}) == 3
    refused = hpo("restart=resume", "study=s", "repeat.seeds=[7]", cwd=tmp_path)
    assert "repeat.seeds=[7] is not what study=s was made with" in refused.stderr


def test_a_failed_trial_can_be_run_again(asked: MakeStudy) -> None:
    """Also a study without a best trial has trials to run again; that there is no best one is said."""
    study = asked(num_trials=1)
    study.begin()
    study.ask()
    study.tell(0, Outcome(Status.FAILED, reason="ValueError: no"))
    study.end()
    done = module("hpo.run", "outputs/demo", cwd=Path.cwd())
    assert "demo has no best trial (it has trials 0 to 0). Name one with --trial" in done.stderr


@pytest.mark.slow
def test_a_key_that_nothing_reads_does_not_hold_up_an_older_study(tmp_path: Path) -> None:
    """It was let pass when the study was made, so that the study goes on and its trials run again."""
    succeed("optimizer=sobol", "tuner=inline", "num_trials=1", "study=s", cwd=tmp_path)
    file = tmp_path / "outputs/s/study.yaml"
    record = yaml.safe_load(file.read_text())
    record["plan"]["arguments"].append("+num_trails=5")
    record["config"]["num_trails"] = 5
    file.write_text(yaml.safe_dump(record))
    succeed("restart=extend", "study=s", "num_trials=2", cwd=tmp_path)
    again = module("hpo.run", "outputs/s", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert hpo("+num_trails=5", "tuner=inline", cwd=tmp_path).returncode == 2
