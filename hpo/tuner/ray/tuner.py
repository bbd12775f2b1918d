"""The tuner that runs trials asynchronously with Ray Tune; imports Ray when it runs, not before."""

from collections.abc import Mapping
from dataclasses import dataclass

from hpo.resources import Machine, Resources
from hpo.study import Study
from hpo.task import Task
from hpo.tuner.base import Tuner


@dataclass(frozen=True)
class RayTuner(Tuner):
    """Runs as many trials at once as there are slots, each in a worker process that later trials use again."""

    @property
    def takes_ray_callbacks(self) -> bool:
        """Always."""
        return True

    def slots(self, resources: Resources, machine: Machine, concurrency: int | None) -> int:
        """Return what was asked for, or as many as fit.

        Raises:
            hpo.errors.InputError: If so many do not fit.
        """
        return resources.slots(machine, concurrency)

    def run(self, study: Study, task: Task, resources: Resources, ray_callbacks: Mapping[str, object]) -> None:
        """Start a Ray of its own, run the trials, and stop it."""
        from hpo.tuner.ray.drive import drive  # noqa: PLC0415 - Ray takes a second to import
        from hpo.tuner.ray.local import local_ray  # noqa: PLC0415 - the same

        with local_ray(study.plan.slots, resources):
            drive(study, task, resources, ray_callbacks)
