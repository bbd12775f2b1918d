"""Limits on what a process may open and how many there may be."""

import os
import resource
from collections.abc import Iterator
from typing import NamedTuple

import psutil

from hpo.doctor.finding import Finding, fault, ok, warning
from hpo.machine import Machine

# Measured with Ray 2.6.3, and rounded up (docs/doctor.md): what one process of Ray's has open, and how many threads all
# processes of a study have, which is what the kernel counts.
FILES = 40
FILES_OF_A_SLOT = 6
THREADS = 120
THREADS_OF_A_SLOT = 25
RAYS_MOST = 65_536  # files; Ray raises the limit by itself as far


def limits(slots: int | None) -> Iterator[Finding]:
    """Look whether so many slots can be had.

    Args:
        slots: How many trials are to run at once; None for as many as there are processors.
    """
    n_slots = slots or int(Machine.here(count_gpus=False).n_cpus)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield _judged(_Limit("files", "ulimit -n", soft, _raised(soft, hard), FILES, FILES_OF_A_SLOT), n_slots)
    soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    n_used = 0 if soft == resource.RLIM_INFINITY else _threads_of_this_user()
    yield _judged(_Limit("processes", "ulimit -u", soft, soft, THREADS, THREADS_OF_A_SLOT, n_used), n_slots)


class _Limit(NamedTuple):
    """A limit, and what a study needs of it.

    Attributes:
        check: What it is about.
        command: How it is shown and set.
        soft: As it is.
        usable: As Ray makes it.
        base: What a study without slots needs.
        of_a_slot: What each slot needs.
        n_used: What others have of it.
    """

    check: str
    command: str
    soft: int
    usable: int
    base: int
    of_a_slot: int
    n_used: int = 0

    def fitting(self) -> int:
        """Return how many slots it leaves room for; negative if not even the program fits."""
        return (self.usable - self.n_used - self.base) // self.of_a_slot


def _judged(limit: _Limit, n_slots: int) -> Finding:
    needed = limit.base + limit.of_a_slot * n_slots
    need = f"{n_slots} slot{'s need' if n_slots > 1 else ' needs'} some {needed}"
    values = {"soft": limit.soft, "usable": limit.usable, "used": limit.n_used, "needed": needed}
    if limit.usable == resource.RLIM_INFINITY:
        return ok(limit.check, f"no limit ({limit.command}); {need}", **values)
    raised = "" if limit.usable == limit.soft else f", to which Ray raises it from {limit.soft}"
    used = f", of which {limit.n_used} are used" if limit.n_used else ""
    what = f"at most {limit.usable}{raised} ({limit.command}){used}; {need}"
    if limit.fitting() >= n_slots:
        return ok(limit.check, what, **values)
    remedy = f"Have the limit raised ({limit.command} {limit.n_used + needed}, or /etc/security/limits.conf)"
    if limit.fitting() < 1:
        return fault(limit.check, what, f"{remedy}, or use tuner=inline.", **values)
    return warning(limit.check, what, f"{remedy}, or set concurrency={limit.fitting()}.", **values)


def _threads_of_this_user() -> int:
    """Return how many there are now; they count towards the limit."""
    user = os.getuid()
    infos = (process.info for process in psutil.process_iter(["uids", "num_threads"]))
    return sum(info["num_threads"] for info in infos if info["uids"] is not None and info["uids"].real == user)


def _raised(soft: int, hard: int) -> int:
    """Return how many files Ray's processes may open: Ray raises the soft limit at its start."""
    if soft == resource.RLIM_INFINITY:
        return soft
    raised = RAYS_MOST if hard == resource.RLIM_INFINITY else min(hard, RAYS_MOST)
    return max(soft, raised)
