"""Claim: what the post does takes a fraction of the time."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from benchmarks.benchmark import Benchmark, BenchmarkError, Settings, attempted
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
    what = f"{workload}, Bayesian optimisation"
    yield from attempted(what, _sleeping(what, environment, workload, "bayes", None))
    what = f"{workload}, Sobol points"
    yield from attempted(what, _sleeping(what, environment, workload, "sobol", 10 * workload.n_trials))
    n_trials, n_epochs = settings.pick((8, 10), (2, 1))
    what = f"QM7, {n_trials} trials of {n_epochs} epochs in 1 slot"
    if settings.qm7 is None and not settings.is_quick:
        yield Row(what=what, error="no qm7.mat: name one with --qm7, or with the variable HPO_QM7_MAT")
    else:
        yield from attempted(what, _qm7(what, environment, settings.qm7, n_trials, n_epochs))


def _sleeping(
    what: str, environment: Environment, workload: Workload, optimizer: str, n_sobol: int | None
) -> Iterator[Row]:
    ours = workload.run(optimizer)
    options = {"n_sobol": n_sobol}
    theirs = peer(environment, "post_sleep", workload.run_times, workload.slots, options=options)
    yield _of_the_trials(what, theirs, ours, workload.slots, Goal(">=", 5))
    yield _of_the_programs(what, theirs, ours, None)


def _qm7(what: str, environment: Environment, mat: Path | None, n_trials: int, n_epochs: int) -> Iterator[Row]:
    with TemporaryDirectory(prefix="hpo-benchmark-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        source = ["--sample", "100"] if mat is None else [str(mat)]
        run([sys.executable, "-m", "tasks.qm7.prepare", *source, "--out", str(data)], Path(folder))
        arguments = (f"task.data={data}", f"task.training.max_epochs={n_epochs}")
        budget = (f"num_trials={n_trials}", "concurrency=1", "resources=cpu")
        ours = study("task=qm7", "space=cutoffs", *arguments, *budget, more=_without_kernels(folder, "ours"))
        options, more = {"task": _task_config(arguments)}, _without_kernels(folder, "theirs")
        theirs = peer(environment, "post_qm7", [0.0] * n_trials, 1, options=options, more=more)
    # A first trial begins before torch and hippynn are imported here, and after it there: whole programs compare.
    yield _of_the_programs(what, theirs, ours, Goal(">=", 2))
    yield _of_the_trials(what, theirs, ours, 1, None)


def _without_kernels(folder: str, name: str) -> Mapping[str, str]:
    """Return the variable that has numba begin without the kernels that it compiled for others."""
    return {"NUMBA_CACHE_DIR": str(Path(folder) / f"kernels-{name}")}


def _of_the_trials(what: str, theirs: PeerRun, ours: StudyRun, slots: int, goal: Goal | None) -> Row:
    shares = f"slots busy {utilisation(theirs.spans, slots):.2f} there, {utilisation(ours.spans, slots):.2f} here"
    return Row(
        what=f"{what}: wall time of the post's way by that of this program, first start to last end",
        figure=wall_s(theirs.spans) / wall_s(ours.spans),
        goal=goal,
        beside=f"{wall_s(theirs.spans):.1f} s there, {wall_s(ours.spans):.1f} s here; {shares}",
        raw={
            "theirs": [[span.index, span.start, span.seconds] for span in theirs.spans],
            "ours": [[span.index, span.start, span.seconds] for span in ours.spans],
        },
    )


def _of_the_programs(what: str, theirs: PeerRun, ours: StudyRun, goal: Goal | None) -> Row:
    return Row(
        what=f"{what}: time of the whole program, the post's way by this one",
        figure=theirs.process_s / ours.process_s,
        goal=goal,
        beside=f"{theirs.process_s:.0f} s there, {ours.process_s:.0f} s here",
    )


def _task_config(arguments: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the config of ``task=qm7`` as the program composes it."""
    with TemporaryDirectory(prefix="hpo-benchmark-", ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-m", "hpo", "task=qm7", *arguments, "--cfg", "job", "--package", "task"]
        config = yaml.safe_load(run(command, Path(folder)).output)
    if not isinstance(config, dict):
        raise BenchmarkError(f"--cfg job printed no mapping: {json.dumps(config)[:100]}")
    return dict(config.get("task", config))


BENCHMARK = Benchmark("post", "The post's way", 12, measure)
