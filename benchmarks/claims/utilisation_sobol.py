"""Claim: with points that cost nothing, the slots are busy, whether trials are alike or not."""

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.benchmark import Benchmark, Settings
from benchmarks.row import Goal, Row
from benchmarks.workloads import Workload, utilisation_row


def constant(settings: Settings) -> Workload:
    """Return the trials that are all alike."""
    return settings.pick(Workload(48, 4, 1.0), Workload(8, 2, 0.5))


def lognormal(settings: Settings) -> Workload:
    """Return the trials that differ."""
    return settings.pick(Workload(64, 8, 2.0, 0.5), Workload(12, 4, 0.5, 0.5))


def measure(settings: Settings) -> Iterator[Row]:
    """Yield a row for each workload; a single draw of run times that differ says little, as the last ones decide."""
    alike, differing = constant(settings), lognormal(settings)
    yield from utilisation_row(f"utilisation, {alike}", [alike], "sobol", Goal(">=", 0.95))
    seeds = [replace(differing, seed=seed) for seed in range(settings.pick(5, 2))]
    yield from utilisation_row(f"utilisation, {differing}", seeds, "sobol", Goal(">=", 0.90))


BENCHMARK = Benchmark("utilisation_sobol", "Slots kept busy, Sobol points", 4, measure)
