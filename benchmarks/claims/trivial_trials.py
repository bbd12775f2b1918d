"""Claim: a trial costs the program little, and the thousandth no more than the first."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.benchmark import Benchmark, Settings, attempted
from benchmarks.process import run
from benchmarks.project import study
from benchmarks.row import Goal, Row


def measure(settings: Settings) -> Iterator[Row]:
    """Yield the seconds a trial with Ray and their growth, then the growth without Ray."""
    n_trials, block = settings.pick((1000, 100), (40, 10))
    what = f"{n_trials} trials that take no time, 4 slots"
    yield from attempted(what, _with_ray(what, n_trials, block))
    n_inline = settings.pick(500, 100)
    what = f"{n_inline} trials that take no time, no Ray"
    yield from attempted(what, _without_ray(what, n_inline))


def _with_ray(what: str, n_trials: int, block: int) -> Iterator[Row]:
    done = study("optimizer=sobol", f"num_trials={n_trials}", "concurrency=4", "resources.cpus_per_trial=0.25")
    yield Row(
        what=f"{what}: seconds a trial, first start to last end",
        figure=(float(done.summary["wall_s"]) - float(done.summary["busy_s"]) / 4) / n_trials,
        goal=Goal("<=", 0.1),
        beside=f"whole command {done.process_s:.0f} s",
        raw={"summary": dict(done.summary), "ends": list(done.ends)},
    )
    first, last = done.ends[block] - done.ends[0], done.ends[-1] - done.ends[-1 - block]
    yield Row(
        what=f"{what}: time of the last {block} by that of the first {block}",
        figure=last / first,
        beside=f"{1000 * first / block:.0f} ms a trial at first, {1000 * last / block:.0f} ms at last",
    )


def _without_ray(what: str, n_trials: int) -> Iterator[Row]:
    with TemporaryDirectory(prefix="hpo-benchmark-") as folder:
        command = [sys.executable, "-m", "benchmarks.cost_of_a_trial", "--trials", str(n_trials), "--json"]
        means = json.loads(run(command, Path(folder)).last_line)
    yield Row(
        what=f"{what}: time of the last 50 by that of the first 50",
        figure=means[-1] / means[0],
        beside=f"{1000 * means[0]:.0f} ms a trial at first, {1000 * means[-1]:.0f} ms at last",
        raw={"means_s": means},
    )


BENCHMARK = Benchmark("trivial_trials", "What the program itself costs a trial", 2, measure)
