"""Claim: one process drives hundreds of slots, as far as the model keeps up. docs/scale.md says what follows."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.benchmark import Benchmark, Settings, attempted
from benchmarks.process import run
from benchmarks.row import Row

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Optimizer, slots, seconds of a trial, trials.
SIMULATIONS = (
    ("sobol", 64, 60, 2560),
    ("sobol", 64, 300, 1280),
    ("sobol", 512, 60, 5120),
    ("sobol", 512, 300, 2560),
    ("bayes", 64, 60, 192),
    ("bayes", 64, 300, 192),
    ("bayes", 512, 60, 560),
)
QUICK_SIMULATIONS = (("sobol", 8, 60, 40), ("bayes", 4, 60, 8))
# Trials completed and pending, candidates.
CANDIDATES = ((100, 64, 4), (500, 64, 4), (1000, 8, 3), (1000, 64, 3), (2000, 64, 3), (500, 512, 3))
# Slots, seconds of a trial, reports, trials: of the real program with a real Ray.
RAY_RUNS = ((4, 2, 10, 100), (8, 20, 0, 24), (4, 0, 0, 2000))


def measure(settings: Settings) -> Iterator[Row]:
    """Yield what a trial costs the program in simulated studies, what a candidate costs, what Ray costs."""
    for simulation in settings.pick(SIMULATIONS, QUICK_SIMULATIONS):
        optimizer, slots, trial_s, n_trials = simulation
        what = f"{optimizer}, {slots} slots, trials of {trial_s} s, {n_trials} trials: ms of the program's processor"
        yield from attempted(what, _simulated(what, *map(str, simulation)))
    for candidate in settings.pick(CANDIDATES, ((20, 4, 2),)):
        what = f"{candidate[0]} completed, {candidate[1]} pending: processor seconds of a candidate"
        yield from attempted(what, _candidate(what, *map(str, candidate)))
    for ray_run in settings.pick(RAY_RUNS, ((2, 1, 2, 12),)):
        what = "{} slots, trials of {} s, {} reports, {} trials, real Ray: ms of the program's processor".format(
            *ray_run
        )
        yield from attempted(what, _with_ray(what, *map(str, ray_run)))


def _simulated(what: str, *arguments: str) -> Iterator[Row]:
    found = _printed("benchmarks.scale.worker", *arguments)
    first, last = found["memory_mib"][0], found["memory_mib"][-1]
    grown_kib = 1024 * (last[1] - first[1]) / max(1, last[0] - first[0])
    yield Row(
        what=f"{what} a trial",
        figure=found["driver_cpu_ms"],
        beside=f"{found['rate']:.2f} trials/s fill the slots; {found['server_cpu_ms']:.0f} ms in the process that "
        f"suggests; a slot waits {found['mean_wait_s']:.2f} s for a suggestion; {found['journal_bytes']:.0f} bytes of "
        f"journal and {grown_kib:.1f} KiB of memory a trial",
        raw=found,
    )


def _candidate(what: str, *arguments: str) -> Iterator[Row]:
    found = _printed("benchmarks.scale.candidate", *arguments)
    seconds = found["seconds"]
    rest = seconds[1:]
    yield Row(what=what, figure=sum(rest) / len(rest), beside=f"the first one {seconds[0]:.1f} s", raw=found)


def _with_ray(what: str, *arguments: str) -> Iterator[Row]:
    found = _printed("benchmarks.scale.ray_run", *arguments)
    per_trial = {role: 1000 * seconds / found["n_trials"] for role, seconds in found["cpu_s"].items()}
    grown = found["grown_kib_a_trial"]
    per_second = {role: 1000 * seconds / found["seconds"] for role, seconds in found["cpu_s"].items()}
    yield Row(
        what=f"{what} a trial",
        figure=per_trial["driver"],
        beside=f"{per_second['driver']:.0f} ms a second; Ray's gcs {per_trial['gcs']:.1f} and raylet "
        f"{per_trial['raylet']:.1f} ms a trial; memory grew by {grown['driver']:.0f} KiB a trial, the gcs's by "
        f"{grown['gcs']:.0f} KiB; {found['seconds']:.0f} s watched",
        raw=found,
    )


def _printed(module: str, *arguments: str) -> Mapping[str, Any]:
    with TemporaryDirectory(prefix="hpo-benchmark-") as folder:
        ended = run([sys.executable, "-m", module, *arguments], Path(folder), more=ONE_THREAD)
    found: Mapping[str, Any] = json.loads(ended.last_line)
    return found


BENCHMARK = Benchmark("scale", "What hundreds of slots cost, with Hartmann6 (6 parameters)", 40, measure)
