"""One study on a real Ray with every kind of failure in it, and what it leaves."""

import csv
import json
import os
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from hpo.study.journal import read_events
from tests.cli import REPOSITORY, hpo, marked, succeed

pytestmark = [pytest.mark.ray, pytest.mark.slow]

N_TRIALS = 24
SLOTS = 3

FAULTY = """
from hpo.callbacks import Callback
from ray.tune import Callback as RayCallback


class Faulty(Callback):
    def on_trial_end(self, study, trial):
        raise RuntimeError("ours is broken")


class FaultyRay(RayCallback):
    def on_trial_complete(self, iteration, trials, trial, **info):
        raise RuntimeError("theirs is broken")
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ray study")  # a path with a space
    (folder / "faulty.py").write_text(FAULTY)
    succeed(
        "optimizer=sobol",
        f"num_trials={N_TRIALS}",
        f"concurrency={SLOTS}",
        "resources.cpus_per_trial=0.25",
        "task.sleep_s=0.2",
        "task.n_reports=2",
        "task.failures={invalid: 0.15, error: 0.15, exit: 0.1, out_of_memory: 0.15}",
        "+callbacks.tensorboard._target_=ray.tune.logger.TBXLoggerCallback",
        "+callbacks.json._target_=ray.tune.logger.JsonLoggerCallback",
        "+callbacks.ours._target_=faulty.Faulty",
        "+callbacks.theirs._target_=faulty.FaultyRay",
        cwd=folder,
        warm=False,
    )
    return folder / "outputs" / "branin"


def rows(study: Path) -> list[Mapping[str, str]]:
    with (study / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_failure_has_its_status_and_a_reason(study: Path) -> None:
    """NaN is invalid, an exception failed, a dead worker crashed, a failed allocation out of memory."""
    found = Counter(row["status"] for row in rows(study))
    assert set(found) == {"completed", "invalid", "failed", "crashed", "out_of_memory"}
    assert all(row["reason"] for row in rows(study) if row["status"] != "completed")
    (reason,) = {row["reason"] for row in rows(study) if row["status"] == "crashed"}
    assert reason.startswith("the worker process ended with exit code 1")


def test_the_study_goes_on_to_its_total(study: Path) -> None:
    """All indices are there once, without a gap, and none is left running."""
    assert sorted(int(row["trial_index"]) for row in rows(study)) == list(range(N_TRIALS))
    assert sum(json.loads((study / "summary.json").read_text())["counts"].values()) == N_TRIALS


def test_no_more_trials_run_at_once_than_there_are_slots(study: Path) -> None:
    """At no moment do more trials overlap than the concurrency."""
    events = [event for event in read_events(study / "journal.jsonl") if event["event"] in {"completed", "failed"}]
    spans = [(float(str(e["started_at"])), float(str(e["seconds"]))) for e in events if e["started_at"] is not None]
    most = max(sum(start <= moment < start + seconds for start, seconds in spans) for moment, _ in spans)
    assert most <= SLOTS


def test_progress_reports_are_journalled_in_order(study: Path) -> None:
    """A completed trial's two reports come before its end."""
    events = list(read_events(study / "journal.jsonl"))
    index = next(event["index"] for event in events if event["event"] == "completed")
    assert [event["event"] for event in events if event.get("index") == index] == [
        "suggested",
        "started",
        "reported",
        "reported",
        "completed",
    ]


def test_callbacks_that_raise_lose_nothing(study: Path) -> None:
    """A broken callback of either kind is in the log, and every outcome in the journal."""
    (log,) = (study / "sessions").glob("*/hpo.log")
    text = log.read_text()
    assert "callbacks.ours raised in on_trial_end" in text
    assert "callbacks.theirs raised in on_trial_complete" in text


def test_ray_loggers_write_below_the_session(study: Path) -> None:
    """TensorBoard's and the JSON logger's files carry the trial's index as their folder."""
    (ray,) = (study / "sessions").glob("*/ray")
    completed = next(int(row["trial_index"]) for row in rows(study) if row["status"] == "completed")
    folder = ray / f"{completed:04d}"
    assert list(folder.glob("events.out.tfevents.*"))
    lines = [json.loads(line) for line in (folder / "result.json").read_text().splitlines()]
    assert "value" in lines[-1]["metrics"]


def test_trials_work_in_their_own_directories(study: Path) -> None:
    """Each trial that came back has its parameters, result and log in trials/<index>."""
    for row in rows(study):
        folder = study / "trials" / f"{int(row['trial_index']):04d}"
        assert set(yaml.safe_load((folder / "params.yaml").read_text())) == {"x1", "x2"}
        if row["status"] == "completed":
            assert json.loads((folder / "result.json").read_text())["status"] == "completed"
            assert (folder / "log.txt").exists()


def test_nothing_is_written_outside_the_study(study: Path) -> None:
    """The working directory holds the outputs and nothing else that was not there."""
    assert {path.name for path in study.parent.parent.iterdir()} - {"__pycache__"} == {"outputs", "faulty.py"}


def test_no_process_is_left(study: Path) -> None:
    """When the program ends, no process of its Ray runs on."""
    assert marked(str(study.parent.parent)) == []


def test_libraries_that_nobody_asked_for_are_not_imported(tmp_path: Path) -> None:
    """Tune would import those that have callbacks of its own, each in a second."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "hpo", "optimizer=sobol", "num_trials=1", "concurrency=1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert "ray.tune" in imported
    assert imported & {"mlflow", "wandb", "ax", "torch"} == set()


@pytest.mark.alone
def test_short_trials_keep_the_slots_busy(tmp_path: Path) -> None:
    """One-second trials on four slots: at least nine tenths of the slots' time is work."""
    succeed(
        "task=hartmann6",
        "optimizer=sobol",
        "task.sleep_s=1",
        "concurrency=4",
        "resources.cpus_per_trial=0.5",
        "num_trials=48",
        cwd=tmp_path,
    )
    assert json.loads((tmp_path / "outputs/hartmann6/summary.json").read_text())["utilisation"] >= 0.9


def test_a_function_from_outside_the_repository_is_tuned(tmp_path: Path) -> None:
    """Two YAML files and a module in a folder of the user's, from another working directory."""
    conf, elsewhere = tmp_path / "my conf", tmp_path / "elsewhere"
    (conf / "task").mkdir(parents=True)
    (conf / "space").mkdir()
    elsewhere.mkdir()
    (conf / "parabola.py").write_text(
        "from hpo.task import TrialContext\n\n\n"
        "def evaluate(x: float, context: TrialContext, offset: float = 0.0) -> float:\n"
        "    with open('note.txt', 'w') as note:\n"
        "        note.write(str(context.index))\n"
        "    return (x - 2) ** 2 + offset\n"
    )
    (conf / "task" / "mine.yaml").write_text(
        "defaults: [function]\nfunction: parabola.evaluate\nfixed: {offset: 1.0}\n"
    )
    (conf / "space" / "mine.yaml").write_text("parameters:\n  x: {type: range, bounds: [0.0, 5.0]}\n")
    text = succeed("--config-dir", str(conf), "task=mine", "space=mine", "num_trials=6", cwd=elsewhere)
    assert "Best of 6 trials" in text
    assert (elsewhere / "outputs" / "mine" / "trials" / "0005" / "note.txt").read_text() == "5"
    command = (elsewhere / "outputs" / "mine" / "best.yaml").read_text().splitlines()[0].removeprefix("# ")
    assert "Best of 1 trial:" in succeed(*shlex.split(command)[3:], "tuner=inline", cwd=elsewhere)


def test_workers_that_do_not_begin_in_time_end_the_study(tmp_path: Path) -> None:
    """When no worker starts, the study stops with 1 and says where Ray's logs are; it does not wait for ever."""
    run = hpo("optimizer=sobol", "num_trials=2", "concurrency=1", "tuner.start_timeout_s=0.001", cwd=tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "No worker began a trial within tuner.start_timeout_s=0.001 s" in run.stderr
    assert "raylet.err" in run.stderr


def test_a_python_in_a_path_with_a_space_starts_workers(tmp_path: Path) -> None:
    """An environment below a folder with a space in its name runs a study like any other."""
    environment = tmp_path / "my environment"
    environment.symlink_to(sys.prefix)
    run = subprocess.run(
        [environment / "bin" / "python", "-m", "hpo", "optimizer=sobol", "num_trials=2", "concurrency=1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Best of 2 trials" in run.stdout, run.stdout + run.stderr


def test_a_multirun_compares_its_studies(tmp_path: Path) -> None:
    """Each job is a study of its own; one that fails does not stop the others; the comparison has a row a group."""
    run = hpo(
        "-m",
        "tuner=inline",
        "optimizer=sobol,random",
        "seed=1,2",
        "task.failures.error=0,1",
        "num_trials=3",
        cwd=tmp_path,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    studies = sorted(path.name for path in (tmp_path / "outputs").glob("branin*"))
    assert len(studies) == 8
    assert studies[0] == "branin_optimizer-random_seed-1_error-0"
    (table,) = (tmp_path / "outputs" / "multirun").glob("*/comparison.csv")
    with table.open(newline="") as file:
        compared = {row["group"]: row for row in csv.DictReader(file)}
    assert set(compared) == {
        f"optimizer={optimizer} task.failures.error={share}" for optimizer in ("sobol", "random") for share in (0, 1)
    }
    good = compared["optimizer=sobol task.failures.error=0"]
    values = [
        json.loads((tmp_path / "outputs" / f"branin_optimizer-sobol_seed-{seed}_error-0/summary.json").read_text())[
            "best_value"
        ]
        for seed in (1, 2)
    ]
    assert float(good["best_mean"]) == pytest.approx(sum(values) / 2)
    assert (good["n_studies"], good["n_failed"]) == ("2", "0")
    assert compared["optimizer=sobol task.failures.error=1"]["n_failed"] == "2"
