"""The trials that only sleep: the same run times for this program and for its peers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from benchmarks.benchmark import attempted
from benchmarks.confidence import mean_and_half_width
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
        seed: Of the run times, and of the suggestions.
    """

    n_trials: int
    slots: int
    sleep_s: float
    sleep_sigma: float = 0.0
    seed: int = 0

    def __str__(self) -> str:
        times = (
            f"mean {self.sleep_s:g} s, lognormal {self.sleep_sigma:g}" if self.sleep_sigma else f"{self.sleep_s:g} s"
        )
        return f"{self.n_trials} trials ({times}) in {self.slots} slots"

    @property
    def run_times(self) -> list[float]:
        """Seconds of each trial, by index, as this program's task draws them."""
        plan = Plan("", self.n_trials, self.slots, seed=self.seed)
        task = Hartmann6(sleep_s=self.sleep_s, sleep_sigma=self.sleep_sigma)
        return [task.schedule(plan.trial_seed(index)).run_s for index in range(self.n_trials)]

    def arguments(self, optimizer: str) -> Sequence[str]:
        """Return the command line of this program; sleeping trials share processors."""
        return (
            "task=hartmann6",
            f"optimizer={optimizer}",
            f"num_trials={self.n_trials}",
            f"seed={self.seed}",
            f"concurrency={self.slots}",
            f"resources.cpus_per_trial={1 / self.slots:g}",
            f"task.sleep_s={self.sleep_s:g}",
            f"task.sleep_sigma={self.sleep_sigma:g}",
        )

    def run(self, optimizer: str, *more: str) -> StudyRun:
        """Run this program on it."""
        return study(*self.arguments(optimizer), *more)


def utilisation_row(
    what: str, workloads: Sequence[Workload], optimizer: str, goal: Goal | None, *more: str
) -> Iterator[Row]:
    """Yield the mean of the utilisations that the program states, or why there is none.

    Args:
        what: Words for the table.
        workloads: What is run, one after the other; they differ in the seed only.
        optimizer: A choice of the group.
        goal: What the utilisation should be.
        more: Further arguments of the program.
    """
    yield from attempted(what, (_row(what, [each.run(optimizer, *more) for each in workloads], goal) for _ in (1,)))


def _row(what: str, runs: Sequence[StudyRun], goal: Goal | None) -> Row:
    """Return the utilisation beside those of schedulers that cost nothing."""
    slots = int(runs[0].summary["slots"])
    share, half_width = mean_and_half_width([float(run.summary["utilisation"]) for run in runs])
    batch = [batch_share(run.run_times, slots) for run in runs]
    ideal = [asynchronous_share(run.run_times, slots) for run in runs]
    generation = [run.summary["generation_s"] for run in runs]
    beside = f"ideal batches {fmean(batch):.3f}, ideal asynchronous {fmean(ideal):.3f}; "
    beside += f"median {median(each['median'] for each in generation):.2f} s to generate, "
    beside += f"maximum {max(each['maximum'] for each in generation):.2f} s"
    return Row(
        what=what,
        figure=share,
        half_width=half_width,
        goal=goal,
        beside=beside + (f"; {len(runs)} seeds" if len(runs) > 1 else ""),
        raw={
            "summary": [dict(run.summary) for run in runs],
            "spans": [[[span.index, span.start, span.seconds] for span in run.spans] for run in runs],
            "recomputed": [utilisation(run.spans, slots) for run in runs],
            "batch": batch,
            "asynchronous": ideal,
        },
    )
