"""The benchmarks by name, in the order of the table."""

from collections.abc import Mapping

from benchmarks.benchmark import Benchmark
from benchmarks.claims import (
    candidate_cost,
    peers,
    post,
    quality,
    scale,
    trivial_trials,
    utilisation_bayes,
    utilisation_sobol,
)

BENCHMARKS: Mapping[str, Benchmark] = {
    module.BENCHMARK.name: module.BENCHMARK
    for module in (
        utilisation_sobol,
        utilisation_bayes,
        trivial_trials,
        candidate_cost,
        scale,
        post,
        peers,
        quality,
    )
}
