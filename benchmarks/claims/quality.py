"""Claim: with eight trials in flight the best value is as good as Ax's, and better than without a model."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.benchmark import Benchmark, BenchmarkError, Settings
from benchmarks.confidence import mean_and_half_width, paired_difference
from benchmarks.environments import Environment, made
from benchmarks.process import run
from benchmarks.row import Row
from benchmarks.simulation.problems import SLOTS, best_so_far
from benchmarks.simulation.runs import Simulation, Simulator, Store, all_of, digest_of_optimizer, python

TITLES = {
    "project": "**this program**",
    "project_without_look_ahead": "this program, `optimizer.look_ahead=0`",
    "ax_default": "Ax's default",
    "tpe": "Optuna's TPE",
    "sobol": "Sobol",
}


@dataclass(frozen=True)
class Case:
    """A problem and when the best value is looked at.

    Attributes:
        problem: Its name.
        at: Numbers of ended trials, the last one being the total.
    """

    problem: str
    at: tuple[int, ...]


FULL = (Case("hartmann6", (35, 100)), Case("branin", (35,)), Case("tabular", (35, 100)))
QUICK = (Case("branin", (12,)), Case("tabular", (12,)))


@dataclass(frozen=True)
class Contest:
    """What is compared, and where its parts run.

    Attributes:
        settings: Those of the run.
        store: The values.
        peers: Optuna's environment; None if it cannot be had.
        table: The tabular problem's file.
        n_seeds: Seeds of each optimizer on each problem.
    """

    settings: Settings
    store: Store
    peers: Environment | None
    table: Path
    n_seeds: int

    def simulations(self, optimizer: str, case: Case) -> list[Simulation]:
        """Return one simulation a seed."""
        if optimizer == "tpe":
            made_with = "" if self.peers is None else "optuna " + self.peers.versions(["optuna"])["optuna"]
        elif optimizer == "ax_default":
            made_with = f"ax-platform {version('ax-platform')}, botorch {version('botorch')}"
        else:
            made_with = digest_of_optimizer()
        return [Simulation(optimizer, case.problem, case.at[-1], seed, made_with) for seed in range(self.n_seeds)]

    def simulator(self, wanted: Simulation) -> Simulator:
        """Return where one is run."""
        if wanted.optimizer != "tpe":
            return Simulator(python(), "benchmarks.simulation.seed", self.table)
        if self.peers is None:
            raise BenchmarkError("Optuna's environment could not be made")
        return Simulator(str(self.peers.python), "benchmarks.peers.tpe", self.table)

    def best(self, optimizer: str, case: Case) -> Mapping[int, Sequence[float]]:
        """Return the best value of each seed, by the number of ended trials."""
        values = [self.store.get(each) for each in self.simulations(optimizer, case)]
        bests = [best_so_far(each) for each in values if each is not None]
        return {at: [best[at - 1] for best in bests] for at in case.at}


def measure(settings: Settings) -> Iterator[Row]:
    """Yield what could not be compared, then for each case a row an optimizer."""
    table = settings.results / "tabular.json"
    environment: Environment | None = None
    has_table = False
    try:
        environment = made("optuna", settings)
        settings.results.mkdir(parents=True, exist_ok=True)
        run([str(environment.python), "-m", "benchmarks.peers.export_table", str(table)], settings.results)
        has_table = True
    except BenchmarkError as error:
        yield Row(what=f"the tabular problem{'' if environment else ' and Optuna'}", error=str(error))
    store = Store(settings.results / "quality.jsonl")
    contest = Contest(settings, store, environment, table, settings.pick(20, 2))
    for case in settings.pick(FULL, QUICK):
        if case.problem != "tabular" or has_table:
            yield from _case(contest, case)


def _case(contest: Contest, case: Case) -> Iterator[Row]:
    names = [name for name in TITLES if name != "tpe" or contest.peers is not None]
    wanted = [each for name in names for each in contest.simulations(name, case)]
    failed = {}
    for done, error in all_of(wanted, contest.simulator, contest.store):
        print(f"  {case.problem}, {done.optimizer}, seed {done.seed}: {error or 'done'}", file=sys.stderr)  # noqa: T201
        if error is not None:
            failed[done.optimizer] = error
    for at in case.at:
        ours = contest.best("project", case)[at]
        for name in names:
            what = f"{case.problem}, best of {at} trials, {SLOTS} in flight: {TITLES[name]}"
            values = contest.best(name, case)[at]
            if name in failed or not values:
                yield Row(what=what, error=str(failed.get(name)))
            else:
                yield _row(what, name, values, ours)


def _row(what: str, name: str, values: Sequence[float], ours: Sequence[float]) -> Row:
    mean, half_width = mean_and_half_width(values)
    beside = f"{len(values)} seeds"
    if name != "project" and len(values) == len(ours):
        difference, its_half_width = paired_difference(ours, values)
        interval = "" if its_half_width is None else f" ± {its_half_width:.2g}"
        beside += f"; this program less this one, paired by seed: {difference:+.3g}{interval}"
    return Row(
        what=what,
        figure=mean,
        half_width=half_width,
        beside=beside.replace("-", "\N{MINUS SIGN}"),
        raw={"best": values},
    )


BENCHMARK = Benchmark(
    "quality", "Best values with 8 trials in flight (mean ± 95 % confidence; lower is better)", 120, measure
)
