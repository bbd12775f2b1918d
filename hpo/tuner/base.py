"""What every tuner does."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hpo.errors import Fault
from hpo.failures import Failures
from hpo.machine import Machine
from hpo.resources import Resources
from hpo.scheduler import RUN_TO_END, Scheduler
from hpo.study import Study, Trial
from hpo.study.paths import STOP_FILE
from hpo.task import Task
from hpo.worker import Assignment

log = logging.getLogger(__name__)


class Tuner(ABC):
    """Drives a study: asks it for trials, has them run, and tells it what came of them."""

    @property
    @abstractmethod
    def is_asynchronous(self) -> bool:
        """Whether it goes on when :meth:`hpo.study.Study.ask` has no trial yet, so that suggestions may take time."""

    @abstractmethod
    def takes_callback(self, callback: object) -> bool:
        """Tell whether ``callback``, which is none of :class:`hpo.callbacks.Callback`, can observe the trials."""

    def machines(self, resources: Resources, task: Task | None, outputs: Path) -> Sequence[Machine]:
        """Return what the trials run on: this machine, or those of a cluster once it is known to be fit for them.

        Args:
            resources: What a trial is given.
            task: What a trial runs; None if that is not known for a fault of its own.
            outputs: The folder of all studies.

        Raises:
            hpo.errors.InputError: If a cluster cannot be reached, or one of its machines cannot run the trials.
        """
        return (Machine.here(count_gpus=resources.gpus_per_trial > 0),)

    @abstractmethod
    def slots(self, resources: Resources, machines: Sequence[Machine], concurrency: int | None) -> int:
        """Return how many trials run at once.

        Args:
            resources: What a trial is given.
            machines: What there is.
            concurrency: What was asked for; None for as many as fit.

        Raises:
            hpo.errors.InputError: If so many do not fit.
        """

    def check_failures(self, failures: Failures) -> Iterator[Fault]:
        """Yield the rules of ``failures`` that this tuner cannot keep."""
        yield from ()

    def check_resources(self, resources: Resources) -> Iterator[Fault]:
        """Yield what ``resources`` promises a trial and this tuner cannot give."""
        yield from ()

    def check_scheduler(self, scheduler: Scheduler) -> Iterator[Fault]:
        """Yield why this tuner cannot do what ``scheduler`` wants."""
        yield from ()

    @abstractmethod
    def run(
        self,
        study: Study,
        task: Task,
        resources: Resources,
        ray_callbacks: Mapping[str, object],
        scheduler: Scheduler = RUN_TO_END,
    ) -> None:
        """Run trials until the study asks for no more and all have ended, or the time of grace is over.

        Args:
            study: What to drive; begun, and ended by the caller.
            task: What a trial runs.
            resources: What a trial is given.
            ray_callbacks: Callbacks of Ray Tune by name; those that :meth:`takes_callback` took.
            scheduler: When a trial is stopped early; one that :meth:`check_scheduler` let pass.
        """


def assignment(study: Study, trial: Trial, resources: Resources) -> Assignment:
    """Return what a worker needs to know to run ``trial``."""
    directory = study.paths.trial(trial.index)
    if trial.checkpoint is not None and not (directory / trial.checkpoint).exists():
        log.warning("Trial %04d begins anew: its checkpoint %s is gone", trial.index, directory / trial.checkpoint)
    has_checkpoint = trial.checkpoint is not None and (directory / trial.checkpoint).exists()
    return Assignment(
        index=trial.index,
        parameters=trial.parameters,
        directory=str(directory),
        seed=study.plan.trial_seed(trial.index),
        n_threads=resources.n_threads,
        has_gpu=resources.gpus_per_trial > 0,
        checkpoint=trial.checkpoint if has_checkpoint else None,
        attempt=trial.attempt,
        fresh_process=resources.fresh_process,
        timeout_s=study.failures.trial_timeout_s,
        stop_file=str(study.session / STOP_FILE),
    )
