"""The trials that only sleep: the same run times for this program and for its peers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.benchmark import attempted
from benchmarks.project import StudyRun, study
from benchmarks.row import Goal, Row
from benchmarks.timeline import asynchronous_share, batch_share, utilisation
from hpo.study import Plan
from tasks.toy import Hartmann6


@dataclass(frozen=True)
class Workload:
    """Trials of Hartmann6 that sleep.

    Attributes:
        n_trials: Trials in total.
        slots: Trials at once.
        sleep_s: Mean run time, s.
        sleep_sigma: Shape of a lognormal run time; 0 for a constant one.
    """

    n_trials: int
    slots: int
    sleep_s: float
    sleep_sigma: float = 0.0

    def __str__(self) -> str:
        times = (
            f"mean {self.sleep_s:g} s, lognormal {self.sleep_sigma:g}" if self.sleep_sigma else f"{self.sleep_s:g} s"
        )
        return f"{self.n_trials} trials ({times}) in {self.slots} slots"

    @property
    def run_times(self) -> list[float]:
        """Seconds of each trial, by index, as this program's task draws them with seed 0."""
        plan = Plan("", self.n_trials, self.slots, seed=0)
        task = Hartmann6(sleep_s=self.sleep_s, sleep_sigma=self.sleep_sigma)
        return [task.schedule(plan.trial_seed(index)).run_s for index in range(self.n_trials)]

    def arguments(self, optimizer: str) -> Sequence[str]:
        """Return the command line of this program; sleeping trials share processors."""
        return (
            "task=hartmann6",
            f"optimizer={optimizer}",
            f"num_trials={self.n_trials}",
            f"concurrency={self.slots}",
            f"resources.cpus_per_trial={1 / self.slots:g}",
            f"task.sleep_s={self.sleep_s:g}",
            f"task.sleep_sigma={self.sleep_sigma:g}",
        )

    def run(self, optimizer: str, *more: str) -> StudyRun:
        """Run this program on it."""
        return study(*self.arguments(optimizer), *more)


def utilisation_rows(what: str, workload: Workload, optimizer: str, goal: Goal | None, *more: str) -> Iterator[Row]:
    """Yield the utilisation that the program states, or why there is none.

    Args:
        what: Words for the table.
        workload: What is run.
        optimizer: A choice of the group.
        goal: What the utilisation should be.
        more: Further arguments of the program.
    """
    yield from attempted(what, (_utilisation_row(what, workload.run(optimizer, *more), goal) for _ in range(1)))


def _utilisation_row(what: str, done: StudyRun, goal: Goal | None) -> Row:
    """Return the utilisation beside those of schedulers that cost nothing."""
    slots = int(done.summary["slots"])
    share = float(done.summary["utilisation"])
    batch = batch_share(done.run_times, slots)
    ideal = asynchronous_share(done.run_times, slots)
    generation = done.summary["generation_s"]
    beside = f"ideal batches {batch:.3f}, ideal asynchronous {ideal:.3f}; "
    beside += f"median {generation['median']:.2f} s to generate, maximum {generation['maximum']:.2f} s"
    return Row(
        what=what,
        figure=share,
        goal=goal,
        beside=beside,
        raw={
            "summary": dict(done.summary),
            "spans": [[span.index, span.start, span.seconds] for span in done.spans],
            "recomputed": utilisation(done.spans, slots),
            "batch": batch,
            "asynchronous": ideal,
        },
    )
