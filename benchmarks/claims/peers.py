"""Claim: slots are as busy as with any other program that runs trials at the same time, or busier."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.benchmark import Benchmark, BenchmarkError, Settings, attempted
from benchmarks.claims import utilisation_sobol
from benchmarks.environments import made
from benchmarks.peer_runs import PeerRun, peer
from benchmarks.project import StudyRun
from benchmarks.row import Row
from benchmarks.timeline import Span, utilisation, wall_s
from benchmarks.workloads import Workload


@dataclass(frozen=True)
class Peer:
    """A program to compare with.

    Attributes:
        title: Its name in the table.
        environment: Where it is installed.
        module: Its script below ``benchmarks/peers``.
        distribution: What its version is that of.
        options: What its script understands beside the job.
    """

    title: str
    environment: str
    module: str
    distribution: str
    options: Mapping[str, Any] = field(default_factory=dict)


PEERS = (
    Peer("Hydra's Optuna sweeper, joblib launcher", "hydra", "hydra_optuna", "hydra-optuna-sweeper"),
    Peer("Optuna, worker processes, journal file", "optuna", "optuna_workers", "optuna"),
    Peer("Optimas, asynchronous", "optimas", "optimas_random", "optimas"),
    Peer("DeepHyper, process evaluator", "deephyper", "deephyper_random", "deephyper"),
    Peer("Ray Tune with Optuna's search, tuned", "raytune", "ray_tune", "ray", {"is_tuned": True}),
    Peer("Ray Tune with Optuna's search, as it comes", "raytune", "ray_tune", "ray", {"is_tuned": False}),
)


def measure(settings: Settings) -> Iterator[Row]:
    """Yield this program's rows for each workload, then those of each peer."""
    for workload in (utilisation_sobol.constant(settings), utilisation_sobol.lognormal(settings)):
        what = f"utilisation, {workload}"
        yield from attempted(what, _utilisations(what, workload, settings))
    workload = settings.pick(Workload(24, 4, 1.0), Workload(6, 2, 0.5))
    what = f"wall time by that of this program, first start to last end, {workload}"
    yield from attempted(what, _wall_times(what, workload, settings))


def _utilisations(what: str, workload: Workload, settings: Settings) -> Iterator[Row]:
    ours = workload.run("sobol")
    share = float(ours.summary["utilisation"])
    yield Row(what=f"{what}: **this program**", figure=share, beside=_seconds(ours))
    for each in PEERS:
        yield _row(what, each, workload, settings, lambda spans: utilisation(spans, workload.slots))


def _wall_times(what: str, workload: Workload, settings: Settings) -> Iterator[Row]:
    ours = workload.run("sobol")
    yield Row(what=f"{what}: **this program**", figure=1.0, beside=_seconds(ours))
    for each in PEERS:
        yield _row(what, each, workload, settings, lambda spans: wall_s(spans) / wall_s(ours.spans))


def _row(
    what: str, each: Peer, workload: Workload, settings: Settings, figure: Callable[[Sequence[Span]], float]
) -> Row:
    try:
        environment = made(each.environment, settings)
        version = environment.versions([each.distribution])[each.distribution]
        theirs = peer(environment, each.module, workload.run_times, workload.slots, options=each.options)
    except BenchmarkError as error:
        return Row(what=f"{what}: {each.title}", error=str(error))
    return Row(
        what=f"{what}: {each.title} {version}",
        figure=figure(theirs.spans),
        beside=_seconds(theirs),
        raw={"spans": [[span.index, span.start, span.seconds] for span in theirs.spans]},
    )


def _seconds(done: StudyRun | PeerRun) -> str:
    return f"{wall_s(done.spans):.1f} s from first start to last end, whole program {done.process_s:.0f} s"


BENCHMARK = Benchmark("peers", "Slots kept busy by other programs", 12, measure)
