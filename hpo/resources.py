"""What one trial is given, and how many trials fit at once."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hpo.errors import Fault, flag_faults, raise_faults
from hpo.machine import Machine

MAX_MODEL_THREADS = 4
ROUNDING = 1e-9  # three trials of a third of a processor fill it

_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):\d{1,5}")


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one trial is given.

    Attributes:
        cpus_per_trial: Processors; a fraction for trials that mostly wait.
        gpus_per_trial: GPUs; a fraction below 1 shares one.
        fresh_process: Whether every attempt at a trial gets a process in which no other has run.
        max_concurrent: Trials in flight at most where ``concurrency`` is not given; None for as many as fit.
        address: The Ray that is there already: ``auto`` for the one that ``RAY_ADDRESS`` or Ray's own address file
            names, or ``host:port``. None for a Ray of this program's own, on this machine.

    Raises:
        InputError: If a number is out of range, or the flag is none.
    """

    cpus_per_trial: float = 1.0
    gpus_per_trial: float = 0.0
    fresh_process: bool = False
    max_concurrent: int | None = None
    address: str | None = None

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
        if self.address is not None and self.address != "auto" and not _ADDRESS.fullmatch(str(self.address)):
            faults.append(
                Fault(
                    f"resources.address={self.address} is no address of a Ray",
                    "it takes host:port, auto for the one that RAY_ADDRESS or Ray's address file names, or null for "
                    "one of its own",
                    "Set resources.address=auto",
                )
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
        left = int(machine.n_cpus - slots * self.cpus_per_trial + ROUNDING)
        return min(max(left, 1), MAX_MODEL_THREADS)

    def slots(self, machines: Sequence[Machine], concurrency: int | None) -> int:
        """Return how many trials may be in flight on ``machines``; each lies on one of them.

        Args:
            machines: What there is; more than one of a cluster.
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
        faults = [self._cpu_fault(machines, wanted), self._gpu_fault(machines, wanted)]
        if not any(faults):
            faults.append(self._both_fault(machines, wanted))
        raise_faults(fault for fault in faults if fault)
        if concurrency is not None:
            return concurrency
        fitting = sum(map(self._fitting, machines))
        return fitting if self.max_concurrent is None else min(fitting, self.max_concurrent)

    def n_gpus(self, slots: int) -> int:
        """Return how many GPUs ``slots`` trials take; a share lies on one GPU."""
        if not self.gpus_per_trial:
            return 0
        if self.gpus_per_trial < 1:
            return math.ceil(slots / int(1 / self.gpus_per_trial + ROUNDING))
        return slots * int(self.gpus_per_trial)

    def _fitting(self, machine: Machine) -> int:
        by_cpu = _n_parts(machine.n_cpus, self.cpus_per_trial)
        return min(by_cpu, _n_on_gpus(machine.n_gpus, self.gpus_per_trial)) if self.gpus_per_trial else by_cpu

    def _cpu_fault(self, machines: Sequence[Machine], wanted: int) -> Fault | None:
        fitting = sum(_n_parts(machine.n_cpus, self.cpus_per_trial) for machine in machines)
        if fitting >= wanted:
            return None
        parts = [machine.n_cpus / n for machine in machines for n in range(1, wanted + 1)]
        share = _largest(parts, lambda part: sum(_n_parts(machine.n_cpus, part) for machine in machines) >= wanted)
        there = self._said(machines, "{0.n_cpus:g}")
        return Fault(
            f"concurrency={wanted} with resources.cpus_per_trial={self.cpus_per_trial:g} needs "
            f"{wanted * self.cpus_per_trial:g} processors",
            f"{there}, enough for {fitting} such trials at once",
            f"Set resources.cpus_per_trial={share:g}" + (f" or concurrency={fitting}" if fitting else ""),
        )

    def _gpu_fault(self, machines: Sequence[Machine], wanted: int) -> Fault | None:
        there = [machine.n_gpus for machine in machines]
        fitting = sum(_n_on_gpus(n_gpus, self.gpus_per_trial) for n_gpus in there) if self.gpus_per_trial else wanted
        if fitting >= wanted:
            return None
        remedy = "Set resources.gpus_per_trial=0"
        if sum(there) >= 1:
            parts = [1 / n for n in range(1, wanted + 1)]
            share = _largest(parts, lambda part: sum(_n_on_gpus(n_gpus, part) for n_gpus in there) >= wanted)
            remedy = f"Set resources.gpus_per_trial={share:g}" + (f" or concurrency={fitting}" if fitting else "")
        is_seen = self.address is None and machines[0].is_here
        seen = f"torch sees {there[0]:g} on this machine" if is_seen else self._said(machines, "{0.n_gpus:g}")
        return Fault(
            f"concurrency={wanted} with resources.gpus_per_trial={self.gpus_per_trial:g} needs "
            f"{wanted * self.gpus_per_trial:g} GPUs",
            f"{seen}, enough for {fitting} such trials at once",
            remedy,
        )

    def _both_fault(self, machines: Sequence[Machine], wanted: int) -> Fault | None:
        """Return a fault where there is enough of each, but not on the same machines."""
        fitting = sum(map(self._fitting, machines))
        if fitting >= wanted:
            return None
        there = self._said(machines, "{0.n_cpus:g} processors and {0.n_gpus:g} GPUs")
        return Fault(
            f"concurrency={wanted} with resources.cpus_per_trial={self.cpus_per_trial:g} and "
            f"resources.gpus_per_trial={self.gpus_per_trial:g} needs both on the same machine",
            f"{there}, enough for {fitting} such trials at once",
            f"Set concurrency={fitting}" if fitting else "Set resources.cpus_per_trial=1",
        )

    def _said(self, machines: Sequence[Machine], what: str) -> str:
        """Say what there is on each machine; ``what`` is a format that takes one."""
        there = [what.format(machine) for machine in machines]
        if self.address is None:
            return f"{'this machine' if machines[0].is_here else 'a node of the job'} has {there[0]}"
        return f"the cluster has {', '.join(f'{n} node(s) with {each}' for each, n in Counter(there).items())}"


def _n_parts(whole: float, part: float) -> int:
    return int(whole / part + ROUNDING)


def _n_on_gpus(n_gpus: float, gpus_per_trial: float) -> int:
    """Return how many trials fit on so many GPUs; a share lies on one of them."""
    if gpus_per_trial < 1:
        return int(n_gpus) * _n_parts(1, gpus_per_trial)
    return int(n_gpus) // int(gpus_per_trial)


def _largest(parts: Sequence[float], fits: Callable[[float], bool]) -> float:
    """Return the largest of ``parts`` that fits, in hundredths, rounded down."""
    return next((math.floor(100 * part + ROUNDING) / 100 for part in sorted(set(parts), reverse=True) if fits(part)), 0)
