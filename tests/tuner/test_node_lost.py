"""A study on two nodes, one of which is lost in the middle."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from hpo.study.journal import read_events
from hpo.study.ledger import Ledger
from tests.ray_cluster import RayCluster, ray_cluster
from tests.study_process import StudyProcess
from tests.torture.invariants import check_end, check_files

pytestmark = [pytest.mark.ray, pytest.mark.slow]

NUM_TRIALS = 10
CPUS = (2, 2)
FATE = """
from contextlib import suppress

import psutil
from hpo.callbacks import Callback


class Fate(Callback):
    def __init__(self, raylet):
        self.raylet = raylet

    def on_trial_end(self, study, trial):
        attempts = study.paths.trials / f"{trial.index:04d}" / "attempts.txt"
        if self.raylet is not None and attempts.read_text().startswith(f"{self.raylet} "):
            raylet = psutil.Process(self.raylet)
            for process in [raylet, *raylet.children()]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            self.raylet = None
"""


@pytest.fixture
def cluster() -> Iterator[RayCluster]:
    with ray_cluster(*CPUS) as running:
        yield running


def attempts(root: Path) -> dict[int, list[tuple[int, int]]]:
    """Return the raylet and the first step of each attempt, by trial."""
    return {
        int(path.parent.name): [(int(line.split()[0]), int(line.split()[1])) for line in path.read_text().splitlines()]
        for path in sorted(root.glob("trials/*/attempts.txt"))
    }


def reported(root: Path) -> set[object]:
    """Return the trials that have a checkpoint and have not ended."""
    events = list(read_events(root / "journal.jsonl"))
    ended = {event["index"] for event in events if event["event"] == "completed"}
    return {event["index"] for event in events if event["event"] == "reported"} - ended


def lose_node(study: StudyProcess, raylet: int, n_trials: int = CPUS[1]) -> set[int]:
    """Kill the raylet and its workers once so many trials with a checkpoint run there; return which."""
    deadline = time.monotonic() + 120
    while True:
        there = {index for index, tries in attempts(study.root).items() if tries and tries[-1][0] == raylet}
        running = there & reported(study.root) if there else set()
        if len(running) == n_trials:
            node = psutil.Process(raylet)
            for process in (node, *node.children()):  # a worker would notice after a second
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            return {index for index in running if isinstance(index, int)}
        assert time.monotonic() < deadline, study.log[-4000:]
        time.sleep(0.05)


def study_on(cluster: RayCluster, folder: Path) -> StudyProcess:
    return StudyProcess(
        folder,
        *(f"resources.address={cluster.address}", "resources=cluster", f"num_trials={NUM_TRIALS}"),
        *("task.function=walk.walk_somewhere", "+task.fixed.step_s=0.5"),
    )


def test_a_lost_node_costs_no_trial(cluster: RayCluster, tmp_path: Path) -> None:
    """Its trials go on elsewhere, from their checkpoints, in a second attempt; all others end in their first."""
    study = study_on(cluster, tmp_path)
    with study.start() as driver:
        try:
            lost = lose_node(study, cluster.raylets[1])
            assert driver.wait(300) == 0, study.log[-4000:]
        finally:
            driver.kill()
    check_files(study.root)
    check_end(study.root, NUM_TRIALS)
    tries = attempts(study.root)
    trials = Ledger.read(study.root / "journal.jsonl").trials
    assert {index for index, trial in trials.items() if trial.attempt > 1} == lost
    for index in lost:
        (first, begin), (second, resumed) = tries[index]
        assert (first, begin, second) == (cluster.raylets[1], 0, cluster.raylets[0])
        assert resumed > 0
    assert {raylet for tried in tries.values() for raylet, _ in tried} == set(cluster.raylets)
    requeued = [event for event in read_events(study.root / "journal.jsonl") if event["event"] == "requeued"]
    assert all(re.search(r"node .* \(127.0.0.1\) was lost", str(event["reason"])) for event in requeued), requeued
    started = [event for event in read_events(study.root / "journal.jsonl") if event["event"] == "started"]
    assert all("(127.0.0.1)" in str(event["node"]) for event in started), started


def test_a_node_lost_between_two_trials_costs_neither(cluster: RayCluster, tmp_path: Path) -> None:
    """One has just ended there, and the next one is given to a worker that is gone: it runs elsewhere."""
    study = study_on(cluster, tmp_path)
    (tmp_path / "fate.py").write_text(FATE)
    fate = ("+callbacks.fate._target_=fate.Fate", f"+callbacks.fate.raylet={cluster.raylets[1]}")
    num_trials = 40  # enough for a next one whenever the first one there ends
    assert study.run(*fate, "task.fixed.step_s=0.1", f"num_trials={num_trials}") == 0, study.log[-4000:]
    check_files(study.root)
    check_end(study.root, num_trials)
    events = list(read_events(study.root / "journal.jsonl"))
    started = [(event["index"], event["attempt"]) for event in events if event["event"] == "started"]
    requeued = [event["index"] for event in events if event["event"] == "requeued"]
    assert any((index, 1) not in started for index in requeued), events


def test_the_loss_of_its_own_node_ends_the_study_in_order(cluster: RayCluster, tmp_path: Path) -> None:
    """It ends with the code of what may be tried again; a Ray of its own then finishes what was asked."""
    study = study_on(cluster, tmp_path)
    with study.start() as driver:
        try:
            lose_node(study, cluster.raylets[0])
            assert driver.wait(300) == 75, study.log[-4000:]
        finally:
            driver.kill()
    assert "Ray's raylet is gone (raylet.err in Ray's logs may say why)" in study.log, study.log[-4000:]
    assert "is run again" not in study.log, study.log[-4000:]  # the trials lose no retry
    assert "Traceback" not in study.log, study.log[-4000:]
    check_files(study.root)
    resumed = ("restart=resume", "resources=laptop", "resources.address=null", "concurrency=2")
    assert study.run(*resumed, "resources.cpus_per_trial=0.5") == 0, study.log[-4000:]
    check_end(study.root, NUM_TRIALS)


def test_the_loss_of_the_only_node_on_which_trials_fit_ends_the_study_in_order(tmp_path: Path) -> None:
    """It does not wait for ever, says how to go on, and what is left runs where there is room."""
    with ray_cluster(1, 2) as cluster:
        study = study_on(cluster, tmp_path)
        with study.start("resources.cpus_per_trial=2", "tuner.start_timeout_s=60", "num_trials=3") as driver:
            try:
                (lost,) = lose_node(study, cluster.raylets[1], n_trials=1)
                assert driver.wait(300) == 1, study.log[-4000:]
            finally:
                driver.kill()
    assert "No trial runs, and none that waits began within tuner.start_timeout_s=60 s" in study.log
    assert "python -m hpo restart=resume study=torture" in study.log
    assert "Traceback" not in study.log, study.log[-4000:]
    check_files(study.root)
    resumed = ("restart=resume", "resources=laptop", "resources.address=null", "resources.cpus_per_trial=1")
    assert study.run(*resumed, "concurrency=1", "num_trials=3") == 0, study.log[-4000:]
    check_end(study.root, 3)
    assert Ledger.read(study.root / "journal.jsonl").trials[lost].attempt > 1
