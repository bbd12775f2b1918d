"""Claim: looking ahead, slots are busy although each candidate takes seconds."""

from collections.abc import Iterator

from benchmarks.benchmark import Benchmark, Settings
from benchmarks.project import refusal
from benchmarks.row import Goal, Row
from benchmarks.workloads import Workload, utilisation_row

WITHOUT = "optimizer.look_ahead=0"


def measure(settings: Settings) -> Iterator[Row]:
    """Yield a row as the program comes, and one without looking ahead."""
    workload = settings.pick(Workload(80, 8, 10.0), Workload(14, 4, 1.0))
    yield from utilisation_row(f"utilisation, {workload}", [workload], "bayes", Goal(">=", 0.92))
    what = f"the same with `{WITHOUT}`"
    reason = refusal("task=hartmann6", WITHOUT)
    if reason:
        yield Row(what=what, error=f"the program refuses it: {reason}")
    else:
        yield from utilisation_row(what, [workload], "bayes", None, WITHOUT)


BENCHMARK = Benchmark("utilisation_bayes", "Slots kept busy, Bayesian optimisation of Hartmann6", 7, measure)
