"""Claim: with points that cost nothing, the slots are busy, whether trials are alike or not."""

from collections.abc import Iterator

from benchmarks.benchmark import Benchmark, Settings
from benchmarks.row import Goal, Row
from benchmarks.workloads import Workload, utilisation_rows


def constant(settings: Settings) -> Workload:
    """Return the trials that are all alike."""
    return settings.pick(Workload(48, 4, 1.0), Workload(8, 2, 0.5))


def lognormal(settings: Settings) -> Workload:
    """Return the trials that differ."""
    return settings.pick(Workload(64, 8, 2.0, 0.5), Workload(12, 4, 0.5, 0.5))


def measure(settings: Settings) -> Iterator[Row]:
    """Yield a row for each workload."""
    for workload, bound in ((constant(settings), 0.95), (lognormal(settings), 0.90)):
        yield from utilisation_rows(f"utilisation, {workload}", workload, "sobol", Goal(">=", bound))


BENCHMARK = Benchmark("utilisation_sobol", "Slots kept busy, Sobol points", 2, measure)
