"""Trials one after the other in this process: no Ray, and a debugger's breakpoint works."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from hpo.errors import Fault, InputError
from hpo.resources import Machine, Resources
from hpo.study import Study
from hpo.task import Task
from hpo.tuner.base import Tuner, assignment
from hpo.worker import evaluate


@dataclass(frozen=True)
class InlineTuner(Tuner):
    """Runs one trial at a time in this process; the same seed gives the same suggestions."""

    def takes_callback(self, callback: object) -> bool:
        """Never: there is no Ray."""
        return False

    def slots(self, resources: Resources, machine: Machine, concurrency: int | None) -> int:
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
        return resources.slots(machine, concurrency or 1)

    def run(
        self,
        study: Study,
        task: Task,
        resources: Resources,
        ray_callbacks: Mapping[str, object],
    ) -> None:
        """Ask, evaluate, tell, until the study asks for no more."""
        while (trial := study.ask()) is not None:
            study.start(trial.index)
            outcome = evaluate(
                task,
                assignment(study, trial, resources),
                partial(study.report, trial.index),
                own_process=False,
            )
            study.tell(trial.index, outcome)
            study.pause()
