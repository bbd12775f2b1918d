"""All that is looked at, in its order."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from hpo.doctor.allocation import allocation
from hpo.doctor.finding import Finding, Level
from hpo.doctor.gpus import gpus
from hpo.doctor.interpreter import hidden_modules, path_of_python, threads
from hpo.doctor.libraries import libraries
from hpo.doctor.limits import limits
from hpo.doctor.machine import memory, processors
from hpo.doctor.network import addresses, loopback
from hpo.doctor.ray_start import ray_start
from hpo.doctor.storage import storage
from hpo.doctor.temporary import temporary

Check = Callable[[], Iterable[Finding]]


def examined(outputs: Path, slots: int | None, *, starts_ray: bool) -> Iterator[Finding]:
    """Yield what is found here, check by check.

    Args:
        outputs: The folder of studies.
        slots: How many trials are to run at once; None for as many as there are processors.
        starts_ray: Whether to start a Ray.
    """
    checks: list[Check] = [
        libraries,
        path_of_python,
        hidden_modules,
        partial(processors, slots),
        partial(memory, slots),
        gpus,
        threads,
        allocation,
        partial(limits, slots),
        partial(storage, outputs),
        temporary,
        loopback,
        addresses,
    ]
    if starts_ray:
        checks.append(ray_start)
    for check in checks:
        yield from check()


def worst(findings: Iterable[Finding]) -> Level:
    """Return the level of the worst finding."""
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.FAULT, Level.WARNING) if level in levels), Level.OK)
