"""Trials one after the other in this process: no Ray, and a debugger's breakpoint works."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from hpo.errors import Fault, InputError
from hpo.failures import Failures
from hpo.machine import Machine
from hpo.resources import Resources
from hpo.scheduler import RUN_TO_END, EarlyStopping, Scheduler
from hpo.study import Study
from hpo.task import Task, TrialInterrupted
from hpo.tuner.base import Tuner, assignment
from hpo.worker import evaluate


@dataclass(frozen=True)
class InlineTuner(Tuner):
    """Runs one trial at a time in this process; the same seed gives the same suggestions."""

    @property
    def is_asynchronous(self) -> bool:
        """It does not."""
        return False

    def takes_callback(self, callback: object) -> bool:
        """Never: there is no Ray."""
        return False

    def slots(self, resources: Resources, machines: Sequence[Machine], concurrency: int | None) -> int:
        """Return 1.

        Raises:
            InputError: If more are asked for, or one does not fit.
        """
        if concurrency is not None and concurrency > 1:
            raise InputError(
                Fault(
                    f"concurrency={concurrency} does not go with tuner=inline",
                    "it runs one trial at a time, in this process",
                    "Set concurrency=1, or choose tuner=ray",
                )
            )
        return resources.slots(machines, concurrency or 1)

    def check_failures(self, failures: Failures) -> Iterator[Fault]:
        """Yield a fault for a time limit: what runs in this process cannot be ended without it."""
        if failures.trial_timeout_s is not None:
            yield Fault(
                f"failures.trial_timeout_s={failures.trial_timeout_s} does not go with tuner=inline",
                "its trials run in this process, which cannot be ended for one of them",
                "Set failures.trial_timeout_s=null, or choose tuner=ray",
            )

    def check_resources(self, resources: Resources) -> Iterator[Fault]:
        """Yield a fault for other processes and other machines: the trials run in this process."""
        if resources.address is not None:
            yield Fault(
                f"resources.address={resources.address} does not go with tuner=inline",
                "its trials run in this process, and there is no Ray",
                "Set resources.address=null, or choose tuner=ray",
            )
        if resources.fresh_process:
            yield Fault(
                "resources.fresh_process=true does not go with tuner=inline",
                "its trials run in this process, one after the other",
                "Set resources.fresh_process=false, or choose tuner=ray",
            )

    def check_scheduler(self, scheduler: Scheduler) -> Iterator[Fault]:
        """Yield a fault for one that stops trials: those are Ray's."""
        if isinstance(scheduler, EarlyStopping):
            yield Fault(
                f"scheduler={scheduler.name} does not go with tuner=inline",
                "it is a scheduler of Ray's, and there is no Ray",
                "Set scheduler=none, or choose tuner=ray",
            )

    def run(
        self,
        study: Study,
        task: Task,
        resources: Resources,
        ray_callbacks: Mapping[str, object],
        scheduler: Scheduler = RUN_TO_END,
    ) -> None:
        """Ask, evaluate, tell, until the study asks for no more."""
        interruption = study.interruption
        while (trial := study.ask()) is not None:
            study.start(trial.index)
            outcome = None
            # It may strike after the task has returned, too.
            with suppress(TrialInterrupted), interruption.raised_after_grace(TrialInterrupted):
                outcome = evaluate(
                    task,
                    assignment(study, trial, resources),
                    partial(study.report, trial.index),
                    own_process=False,
                    is_stopping=lambda: interruption.is_requested,
                )
            if outcome is None:
                study.leave(trial.index)
            else:
                study.tell(trial.index, outcome)
            study.pause()
