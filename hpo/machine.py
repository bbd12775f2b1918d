"""A machine that trials run on, and what this one has."""

import os
from dataclasses import dataclass

from hpo.control_groups import cpu_quota


@dataclass(frozen=True)
class Machine:
    """Processors and GPUs that this program may use on one machine.

    Attributes:
        n_cpus: Processors; of this machine, after affinity, control groups and what SLURM gave a job.
        n_gpus: GPUs; of this machine, those that torch sees.
        is_here: Whether it is this machine, and not one that a job is to have.
    """

    n_cpus: float
    n_gpus: float = 0
    is_here: bool = True

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


def _usable_cpus() -> int:
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [limit for limit in (cpu_quota(), _slurm_share()) if limit is not None]
    return max(1, int(min(affinity, *limits))) if limits else affinity


def _slurm_share() -> int | None:
    """Return the processors that a job of SLURM has here, which not every site enforces; None outside of one."""
    share = os.environ.get("SLURM_CPUS_ON_NODE", "")
    return int(share) if share.isdecimal() else None
