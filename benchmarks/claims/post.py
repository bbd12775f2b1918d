"""Claim: what the post does takes a fraction of the time."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from benchmarks.benchmark import Benchmark, BenchmarkError, Settings
from benchmarks.environments import Environment, made
from benchmarks.peer_runs import PeerRun, peer
from benchmarks.process import run
from benchmarks.project import StudyRun, study
from benchmarks.row import Goal, Row
from benchmarks.timeline import utilisation, wall_s
from benchmarks.workloads import Workload


def measure(settings: Settings) -> Iterator[Row]:
    """Yield the rows of trials that sleep, then those of QM7."""
    environment = made("post", settings)
    workload = settings.pick(Workload(24, 4, 1.0), Workload(4, 2, 0.5))
    for optimizer, n_sobol in (("bayes", None), ("sobol", 10 * workload.n_trials)):
        options = {"n_sobol": n_sobol}
        theirs = peer(environment, "post_sleep", workload.run_times, workload.slots, options=options)
        label = f"{workload}, {'Bayesian optimisation' if optimizer == 'bayes' else 'Sobol points'}"
        yield from _rows(label, theirs, workload.run(optimizer), workload.slots, Goal(">=", 5))
    yield from _qm7(environment, settings)


def _qm7(environment: Environment, settings: Settings) -> Iterator[Row]:
    n_trials, n_epochs = settings.pick((8, 10), (2, 1))
    what = f"QM7, {n_trials} trials of {n_epochs} epochs in 1 slot"
    if settings.qm7 is None and not settings.is_quick:
        yield Row(what=what, error="no qm7.mat: name one with --qm7, or with the variable HPO_QM7_MAT")
        return
    with TemporaryDirectory(prefix="hpo-benchmark-") as folder:
        data = Path(folder) / "data"
        source = ["--sample", "100"] if settings.qm7 is None else [str(settings.qm7)]
        run([sys.executable, "-m", "tasks.qm7.prepare", *source, "--out", str(data)], Path(folder))
        arguments = (f"task.data={data}", f"task.training.max_epochs={n_epochs}")
        # Kernels that numba compiled before would be found again: both begin with none.
        caches = {name: {"NUMBA_CACHE_DIR": str(Path(folder) / name)} for name in ("ours", "theirs")}
        options = {"task": _task_config(arguments)}
        theirs = peer(environment, "post_qm7", [0.0] * n_trials, 1, options=options, more=caches["theirs"])
        budget = (f"num_trials={n_trials}", "concurrency=1", "resources=cpu")
        ours = study("task=qm7", "space=cutoffs", *arguments, *budget, more=caches["ours"])
    yield from _rows(what, theirs, ours, 1, Goal(">=", 2))


def _rows(what: str, theirs: PeerRun, ours: StudyRun, slots: int, goal: Goal) -> Iterator[Row]:
    """Yield the ratio of the times of the trials, then that of the whole programs."""
    shares = f"slots busy {utilisation(theirs.spans, slots):.2f} there, {utilisation(ours.spans, slots):.2f} here"
    yield Row(
        what=f"{what}: wall time of the post's way by that of this program, first start to last end",
        figure=wall_s(theirs.spans) / wall_s(ours.spans),
        goal=goal,
        beside=f"{wall_s(theirs.spans):.1f} s there, {wall_s(ours.spans):.1f} s here; {shares}",
        raw={
            "theirs": [[span.index, span.start, span.seconds] for span in theirs.spans],
            "ours": [[span.index, span.start, span.seconds] for span in ours.spans],
        },
    )
    yield Row(
        what=f"{what}: the same of the whole programs",
        figure=theirs.process_s / ours.process_s,
        beside=f"{theirs.process_s:.0f} s there, {ours.process_s:.0f} s here",
    )


def _task_config(arguments: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the config of ``task=qm7`` as the program composes it."""
    with TemporaryDirectory(prefix="hpo-benchmark-") as folder:
        command = [sys.executable, "-m", "hpo", "task=qm7", *arguments, "--cfg", "job", "--package", "task"]
        config = yaml.safe_load(run(command, Path(folder)).output)
    if not isinstance(config, dict):
        raise BenchmarkError(f"--cfg job printed no mapping: {json.dumps(config)[:100]}")
    return dict(config.get("task", config))


BENCHMARK = Benchmark("post", "The post's way", 12, measure)
