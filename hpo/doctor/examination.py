"""All that is looked at, in its order."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from hpo.doctor.allocation import allocation
from hpo.doctor.finding import Finding, Level, fault
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
    checks: dict[str, Check] = {
        "libraries": libraries,
        "python": path_of_python,
        "modules": hidden_modules,
        "processors": partial(processors, slots),
        "memory": partial(memory, slots),
        "gpus": gpus,
        "threads": threads,
        "allocation": allocation,
        "files": partial(limits, slots),
        "outputs": partial(storage, outputs),
        "temporary": temporary,
        "loopback": loopback,
        "addresses": addresses,
    }
    if starts_ray:
        checks["ray"] = ray_start
    for name, check in checks.items():
        yield from _whole(name, check)


def _whole(name: str, check: Check) -> Iterator[Finding]:
    """Yield what the check finds, and a fault if it raises: the checks after it have their turn."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001 - whatever a broken library or machine raises is told
        yield fault(
            name,
            f"it cannot be looked at: {type(error).__name__}: {' '.join(str(error).split())}",
            "Mend what is above first; if nothing is, please report this.",
            exception=type(error).__name__,
        )


def worst(findings: Iterable[Finding]) -> Level:
    """Return the level of the worst finding."""
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.FAULT, Level.WARNING) if level in levels), Level.OK)
