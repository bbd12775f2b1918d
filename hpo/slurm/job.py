"""What is asked of SLURM for one job."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hpo.errors import Fault, raise_faults

_TIME = re.compile(r"(?:(?P<days>\d+)-)?(?P<first>\d+)(?::(?P<second>\d+))?(?::(?P<third>\d+))?")
_MEMORY = re.compile(r"\d+[KMGT]?")
_NO_LIMIT = {"UNLIMITED", "INFINITE"}
_NAME = re.compile(r"[^\s,;'\"]+")


@dataclass(frozen=True, kw_only=True)
class Job:
    """One job, or an array of jobs that are alike.

    Attributes:
        n_nodes: Nodes of each.
        n_cpus: Processors of each node; None for whole nodes.
        n_gpus: GPUs of each node.
        memory: Of each node, as sbatch takes it; None for the site's default, and all of a whole node.
        time: The time limit, as sbatch takes it; None for the partition's default.
        name: The job's name; None as long as nobody has named it.
        partition: In place of the site's.
        account: In place of the site's.
        n_requeues: A job that came back so often, why ever, does not go back when its time is up.

    Raises:
        InputError: If SLURM would not take a value, with every one.
    """

    n_nodes: int = 1
    n_cpus: int | None = None
    n_gpus: int = 0
    memory: str | None = None
    time: str | None = None
    name: str | None = None
    partition: str | None = None
    account: str | None = None
    n_requeues: int = 100

    def __post_init__(self) -> None:
        raise_faults(self._faults())

    def _faults(self) -> Iterator[Fault]:
        counts = {"--nodes": (self.n_nodes, 1), "--gpus-per-node": (self.n_gpus, 0), "--requeues": (self.n_requeues, 0)}
        if self.n_cpus is not None:
            counts["--cpus-per-node"] = (self.n_cpus, 1)
        for option, (number, least) in counts.items():
            if number < least:
                yield Fault(f"{option} {number} is too few", f"it takes {least} or more", f"Set {option} {least}")
        if self.time is not None and not self.time_s and self.time.upper() not in _NO_LIMIT:
            yield Fault(
                f"--time {self.time} is no time limit",
                "it takes minutes, hours:minutes:seconds, days-hours:minutes:seconds or UNLIMITED",
                "Set --time 12:00:00",
            )
        if self.memory is not None and not _MEMORY.fullmatch(self.memory):
            yield Fault(f"--mem {self.memory} is no memory", "it takes megabytes, or a unit: 64G", "Set --mem 64G")
        for option, name in {"--job-name": self.name, "--partition": self.partition, "--account": self.account}.items():
            if name is not None and not _NAME.fullmatch(name):
                yield Fault(f"{option} {name!r} is no name", "it takes one word", f"Leave {option} out")
        if self.name is not None and "/" in self.name:
            yield Fault(f"--job-name {self.name} is no name of a file", "it takes no /", "Leave --job-name out")

    @property
    def time_s(self) -> int | None:
        """The time limit in s; None if there is none or it cannot be read."""
        match = _TIME.fullmatch(self.time or "")
        if match is None:
            return None
        days = match["days"]
        parts = [int(part) for part in (match["first"], match["second"], match["third"]) if part is not None]
        if days is not None:  # days-hours, days-hours:minutes, days-hours:minutes:seconds
            hours, minutes, seconds = (*parts, 0, 0)[:3]
            return ((int(days) * 24 + hours) * 60 + minutes) * 60 + seconds
        if len(parts) == 3:  # noqa: PLR2004 - hours, minutes and seconds
            return (parts[0] * 60 + parts[1]) * 60 + parts[2]
        minutes, seconds = (*parts, 0)[:2]
        return minutes * 60 + seconds
