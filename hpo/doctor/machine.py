"""Processors and memory."""

import math
from collections.abc import Iterator

import psutil

from hpo.control_groups import memory_left, memory_limit
from hpo.doctor.finding import Finding, fault, ok, warning
from hpo.machine import Machine

# Measured with Ray 2.6.3, Ax 1.3.1 and a task that imports nothing: docs/doctor.md.
PROGRAM_GIB = 1.2  # the program, Ray's own processes, the process that suggests
SLOT_GIB = 0.2  # a worker of Ray's and the process in which its trials run
_GIB = 2**30


def processors(slots: int | None) -> Iterator[Finding]:
    """Look at the processors.

    Args:
        slots: How many trials are to run at once; None for as many as there are processors.
    """
    usable, present = Machine.here(count_gpus=False).n_cpus, psutil.cpu_count() or 1
    of = "" if usable == present else f" of {present} (affinity and control groups leave no more)"
    what = f"{usable}{of}: so many trials at once with resources.cpus_per_trial=1"
    values = {"usable": usable, "present": present}
    if slots is None or slots <= usable:
        yield ok("processors", what, **values)
        return
    share = math.floor(10_000 * usable / slots) / 10_000
    yield warning(
        "processors",
        f"{usable}{of}, for {slots} slots",
        f"Set resources.cpus_per_trial={share:g} for trials that mostly wait, or concurrency={usable}.",
        **values,
    )


def memory(slots: int | None) -> Iterator[Finding]:
    """Look at the memory, and whether it is enough for so many slots with tasks that need next to nothing.

    Args:
        slots: As for :func:`processors`.
    """
    n_slots = slots or Machine.here(count_gpus=False).n_cpus
    total, available = psutil.virtual_memory().total, psutil.virtual_memory().available
    limit, left = memory_limit(), memory_left()
    if limit is not None and limit >= total:
        limit = None
    usable_gib = min(available, available if left is None else left) / _GIB
    needed_gib = PROGRAM_GIB + SLOT_GIB * n_slots
    limited = "no control group limits it"
    if limit is not None and left is not None:
        limited = f"a control group allows {limit / _GIB:.1f} GiB, and {left / _GIB:.1f} GiB more than is used"
    what = f"{total / _GIB:.1f} GiB, of which {available / _GIB:.1f} GiB are available; {limited}"
    values = {
        "total_bytes": total,
        "available_bytes": available,
        "limit_bytes": limit,
        "left_bytes": left,
        "needed_gib": needed_gib,
    }
    slots_need = "1 slot needs" if n_slots == 1 else f"{n_slots} slots need"
    need = f"{slots_need} some {needed_gib:.1f} GiB, and what the task needs"
    if usable_gib >= needed_gib:
        yield ok("memory", f"{what}; {need}", **values)
    elif usable_gib < PROGRAM_GIB + SLOT_GIB:
        remedy = "Ask for more memory (sbatch --mem=4G), or end what takes it; tuner=inline needs least."
        yield fault("memory", f"{what}; one slot needs some {PROGRAM_GIB + SLOT_GIB:.1f} GiB", remedy, **values)
    else:
        n_fitting = int((usable_gib - PROGRAM_GIB) / SLOT_GIB)
        yield warning("memory", f"{what}; {need}", f"Ask for more, or set concurrency={n_fitting}.", **values)
