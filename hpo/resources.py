"""What one trial is given, and how many trials fit at once."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from hpo.errors import Fault, flag_faults, raise_faults

MAX_MODEL_THREADS = 4


@dataclass(frozen=True)
class Machine:
    """Processors and GPUs that this program may use.

    Attributes:
        n_cpus: Processors, after affinity and control groups.
        n_gpus: GPUs that torch sees.
    """

    n_cpus: int
    n_gpus: int = 0

    @classmethod
    def here(cls, *, count_gpus: bool) -> "Machine":
        """Return what this machine has.

        Args:
            count_gpus: Whether to look for GPUs, which imports torch.
        """
        n_gpus = 0
        if count_gpus:
            import torch  # noqa: PLC0415 - takes a second

            n_gpus = torch.cuda.device_count()
        return cls(n_cpus=_usable_cpus(), n_gpus=n_gpus)


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one trial is given.

    Attributes:
        cpus_per_trial: Processors; a fraction for trials that mostly wait.
        gpus_per_trial: GPUs; a fraction below 1 shares one.
        fresh_process: Whether every attempt at a trial gets a process in which no other has run.
        max_concurrent: Trials in flight at most where ``concurrency`` is not given; None for as many as fit.

    Raises:
        InputError: If a number is out of range, or the flag is none.
    """

    cpus_per_trial: float = 1.0
    gpus_per_trial: float = 0.0
    fresh_process: bool = False
    max_concurrent: int | None = None

    def __post_init__(self) -> None:
        faults = []
        if not (math.isfinite(self.cpus_per_trial) and self.cpus_per_trial > 0):
            faults.append(
                Fault(
                    f"resources.cpus_per_trial={self.cpus_per_trial} leaves a trial without a processor",
                    "it takes a number above 0",
                    "Set resources.cpus_per_trial=1",
                )
            )
        gpus = self.gpus_per_trial
        if not (math.isfinite(gpus) and gpus >= 0) or (gpus > 1 and gpus != int(gpus)):
            faults.append(
                Fault(
                    f"resources.gpus_per_trial={gpus} is no share and no number of GPUs",
                    "it takes 0, a share below 1, or a whole number",
                    "Set resources.gpus_per_trial=1, or 0.5 for two trials on each GPU",
                )
            )
        if self.max_concurrent is not None and self.max_concurrent < 1:
            faults.append(
                Fault(
                    f"resources.max_concurrent={self.max_concurrent} lets no trial run",
                    "it takes 1 or more, or null for as many as fit",
                    "Set resources.max_concurrent=null",
                )
            )
        faults += flag_faults(
            "resources.fresh_process", self.fresh_process, "Set resources.fresh_process=true for a task that leaks"
        )
        raise_faults(faults)

    @property
    def n_threads(self) -> int:
        """Threads that a trial may keep busy, at least 1."""
        return max(1, int(self.cpus_per_trial))

    def n_threads_left(self, machine: Machine, slots: int) -> int:
        """Return how many threads the model may have beside ``slots`` trials on ``machine``: 1 to 4.

        Threads that wait for each other on busy processors take many times longer, and more than a few bring nothing.
        """
        left = int(machine.n_cpus - slots * self.cpus_per_trial + 1e-9)
        return min(max(left, 1), MAX_MODEL_THREADS)

    def slots(self, machine: Machine, concurrency: int | None) -> int:
        """Return how many trials may be in flight on ``machine``.

        Args:
            machine: What there is.
            concurrency: What was asked for; None for as many as fit, at most :attr:`max_concurrent`.

        Raises:
            InputError: If not even one trial fits, or fewer than ``concurrency``.
        """
        if concurrency is not None and concurrency < 1:
            raise_faults(
                [
                    Fault(
                        f"concurrency={concurrency} lets no trial run",
                        "it takes 1 or more",
                        "Set concurrency=1",
                    )
                ]
            )
        wanted = concurrency or 1
        raise_faults(fault for fault in (self._cpu_fault(machine, wanted), self._gpu_fault(machine, wanted)) if fault)
        if concurrency is not None:
            return concurrency
        fitting = self._fitting(machine)
        return fitting if self.max_concurrent is None else min(fitting, self.max_concurrent)

    def n_gpus(self, slots: int) -> int:
        """Return how many GPUs ``slots`` trials take; a share lies on one GPU."""
        if not self.gpus_per_trial:
            return 0
        if self.gpus_per_trial < 1:
            return math.ceil(slots / int(1 / self.gpus_per_trial + 1e-9))
        return slots * int(self.gpus_per_trial)

    def _fitting(self, machine: Machine) -> int:
        by_cpu = self._fitting_cpu(machine)
        return min(by_cpu, self._fitting_gpu(machine)) if self.gpus_per_trial else by_cpu

    def _fitting_cpu(self, machine: Machine) -> int:
        return int(machine.n_cpus / self.cpus_per_trial + 1e-9)

    def _fitting_gpu(self, machine: Machine) -> int:
        if self.gpus_per_trial < 1:  # a share lies on one GPU
            return machine.n_gpus * int(1 / self.gpus_per_trial + 1e-9)
        return machine.n_gpus // int(self.gpus_per_trial)

    def _cpu_fault(self, machine: Machine, wanted: int) -> Fault | None:
        fitting = self._fitting_cpu(machine)
        if fitting >= wanted:
            return None
        share = math.floor(100 * machine.n_cpus / wanted) / 100
        return Fault(
            f"concurrency={wanted} with resources.cpus_per_trial={self.cpus_per_trial:g} needs "
            f"{wanted * self.cpus_per_trial:g} processors",
            f"this machine has {machine.n_cpus}, enough for {fitting} such trials at once",
            f"Set resources.cpus_per_trial={share:g}" + (f" or concurrency={fitting}" if fitting else ""),
        )

    def _gpu_fault(self, machine: Machine, wanted: int) -> Fault | None:
        if not self.gpus_per_trial or self._fitting_gpu(machine) >= wanted:
            return None
        fitting = self._fitting_gpu(machine)
        remedy = "Set resources.gpus_per_trial=0"
        if machine.n_gpus:
            share = math.floor(100 * machine.n_gpus / wanted) / 100
            remedy = f"Set resources.gpus_per_trial={min(share, 1):g}" + (
                f" or concurrency={fitting}" if fitting else ""
            )
        return Fault(
            f"concurrency={wanted} with resources.gpus_per_trial={self.gpus_per_trial:g} needs "
            f"{wanted * self.gpus_per_trial:g} GPUs",
            f"torch sees {machine.n_gpus} on this machine, enough for {fitting} such trials at once",
            remedy,
        )


def _usable_cpus() -> int:
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _cgroup_quota()
    return affinity if quota is None else max(1, min(affinity, int(quota)))


def _cgroup_quota() -> float | None:
    """Return the processors that a version 2 control group allows, or None if it sets no limit."""
    limit = Path("/sys/fs/cgroup/cpu.max")
    if not limit.is_file():
        return None
    quota, period = limit.read_text().split()
    return None if quota == "max" else int(quota) / int(period)
