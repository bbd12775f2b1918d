"""The tuner that runs trials asynchronously with Ray Tune; imports Ray when it runs, not before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import Fault, InputError
from hpo.interruption import sigterm_held
from hpo.machine import Machine
from hpo.resources import Resources
from hpo.scheduler import RUN_TO_END, Asha, Median, RunToEnd, Scheduler
from hpo.study import Study
from hpo.task import Task
from hpo.tuner.base import Tuner


@dataclass(frozen=True)
class RayTuner(Tuner):
    """Runs as many trials at once as there are slots, each in a worker process that later trials use again.

    Attributes:
        start_timeout_s: Longest time that trials wait while none runs, in s; on a cluster whose nodes are busy with
            what others run, that of the first alone.

    Raises:
        InputError: If the time is not above 0.
    """

    start_timeout_s: float = 300.0

    def __post_init__(self) -> None:
        if not self.start_timeout_s > 0:
            raise InputError(
                Fault(
                    f"tuner.start_timeout_s={self.start_timeout_s} leaves no time for a worker to begin",
                    "it takes a number above 0, in s",
                    "Set tuner.start_timeout_s=300",
                )
            )

    @property
    def is_asynchronous(self) -> bool:
        """It does."""
        return True

    def takes_callback(self, callback: object) -> bool:
        """Tell whether it is a callback of Ray Tune."""
        from ray.tune import Callback  # noqa: PLC0415 - Ray takes a second to import

        return isinstance(callback, Callback)

    def machines(self, resources: Resources, task: Task | None, outputs: Path) -> Sequence[Machine]:
        """Return this machine, or the nodes of the Ray at ``resources.address`` once each was found to be fit.

        Raises:
            hpo.errors.InputError: If that Ray cannot be reached, with all that is wrong on its nodes.
        """
        if resources.address is None:
            return super().machines(resources, task, outputs)
        with sigterm_held():  # which Ray takes for itself when it is imported
            from hpo.tuner.ray.cluster import cluster_ray, nodes  # noqa: PLC0415 - Ray takes a second to import
            from hpo.tuner.ray.preflight import check_nodes  # noqa: PLC0415 - the same

        with cluster_ray(resources.address):
            there = nodes()
            check_nodes(there, task, outputs, self.start_timeout_s)
            return [node.machine for node in there]

    def slots(self, resources: Resources, machines: Sequence[Machine], concurrency: int | None) -> int:
        """Return what was asked for, or as many as fit.

        Raises:
            hpo.errors.InputError: If so many do not fit.
        """
        return resources.slots(machines, concurrency)

    def check_scheduler(self, scheduler: Scheduler) -> Iterator[Fault]:
        """Yield a fault for one that has no counterpart in Ray."""
        if not isinstance(scheduler, RunToEnd | Asha | Median):
            yield Fault(
                f"scheduler is a {type(scheduler).__module__}.{type(scheduler).__qualname__}",
                "tuner=ray knows none, asha and median",
                "Set scheduler=none",
            )

    def run(
        self,
        study: Study,
        task: Task,
        resources: Resources,
        ray_callbacks: Mapping[str, object],
        scheduler: Scheduler = RUN_TO_END,
    ) -> None:
        """Start a Ray of its own, or connect to the one at ``resources.address``; run the trials; leave it.

        Raises:
            hpo.errors.StudyStoppedError: If no worker begins in time. Where a part of Ray is gone, this program ends.
            hpo.errors.InputError: If the Ray at ``resources.address`` is gone since it was looked at.
        """
        with sigterm_held():  # which Ray takes for itself when it is imported
            from hpo.tuner.ray.cluster import cluster_ray  # noqa: PLC0415 - Ray takes a second to import
            from hpo.tuner.ray.drive import drive  # noqa: PLC0415 - the same
            from hpo.tuner.ray.local import CPUS_OF_A_TRIAL, local_ray  # noqa: PLC0415 - the same
            from hpo.tuner.ray.watch import watched_ray  # noqa: PLC0415 - the same

        slots, address = study.plan.slots, resources.address
        with (
            local_ray(slots, resources) if address is None else cluster_ray(address, slots) as end_own_ray,
            watched_ray(study, end_own_ray) as watch,
        ):
            drive(
                study,
                task,
                resources,
                ray_callbacks,
                scheduler,
                watch=watch,
                cpus_of_a_trial=CPUS_OF_A_TRIAL if address is None else resources.cpus_per_trial,
                start_timeout_s=self.start_timeout_s,
            )
