"""The failure dial: shares of the trials that end badly on purpose, for tests and demonstrations."""

import math
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from hpo.errors import Fault
from tasks.toy.checks import number_faults

_HEADROOM_BYTES = 64 * 2**20
_CHUNK_BYTES = 48 * 1024**2  # above 32 MiB glibc always asks the system, and never serves from memory freed before
# Shares are typed in decimals, whose sum may miss 1 by rounding.
_ROUNDING = 1e-9


class Fate(StrEnum):
    """How a trial can end badly; the values are the keys under ``task.failures``."""

    INVALID = "invalid"
    ERROR = "error"
    HANG = "hang"
    EXIT = "exit"
    OUT_OF_MEMORY = "out_of_memory"


def failure_faults(failures: object) -> Iterator[Fault]:
    """Yield what is wrong with the setting ``task.failures``."""
    keys = ", ".join(Fate)
    if not isinstance(failures, Mapping):
        yield Fault(
            f"task.failures={failures} is not a mapping",
            f"it takes shares of the trials by name: {keys}",
            "Set task.failures.error=0.1, or leave it out",
        )
        return
    for key in failures:
        if key not in list(Fate):
            yield Fault(f"task.failures.{key} is not a failure", f"there are {keys}", f"Remove task.failures.{key}")
    known = {fate: failures[fate] for fate in Fate if fate in failures}
    wrong = [fault for fate, share in known.items() for fault in _share_faults(fate, share)]
    yield from wrong
    if not wrong and math.fsum(known.values()) > 1 + _ROUNDING:
        yield Fault(
            f"task.failures adds up to {math.fsum(known.values()):g}",
            "all shares together are at most 1",
            f"Lower {' or '.join(f'task.failures.{fate}' for fate, share in known.items() if share)}",
        )


def _share_faults(fate: Fate, share: object) -> Iterator[Fault]:
    return number_faults(f"task.failures.{fate}", share, "a share is between 0 and 1", maximum=1)


def choose(u: float, failures: Mapping[str, float]) -> Fate | None:
    """Return the fate that ``u``, uniform on [0, 1), stands for, or None for a trial that ends well."""
    limit = 0.0
    for fate in Fate:
        limit += failures.get(fate, 0)
        if u < limit:
            return fate
    return None


def strike(fate: Fate) -> float:
    """Let ``fate`` happen.

    Returns:
        NaN for :attr:`Fate.INVALID`; no other fate returns.

    Raises:
        RuntimeError: For :attr:`Fate.ERROR`.
        MemoryError: For :attr:`Fate.OUT_OF_MEMORY`.
    """
    if fate is Fate.ERROR:
        raise RuntimeError("task.failures.error chose this trial to fail")
    if fate is Fate.HANG:
        _hang()
    if fate is Fate.EXIT:
        # The only end that no handler of the worker can soften.
        os._exit(1)
    if fate is Fate.OUT_OF_MEMORY:
        _exhaust_memory()
    return math.nan


def _hang() -> NoReturn:
    while True:
        time.sleep(3600)


def _exhaust_memory() -> NoReturn:
    held: list[bytearray] = []
    with _address_space_limit():
        try:
            while len(held) * _CHUNK_BYTES < 2 * _HEADROOM_BYTES:
                held.append(bytearray(_CHUNK_BYTES))
        finally:
            # The traceback keeps this frame alive, and with it whatever it holds.
            held.clear()
    raise MemoryError("task.failures.out_of_memory chose this trial to fail; no limit of memory could be set here")


@contextmanager
def _address_space_limit() -> Iterator[None]:
    """Leave the process a little more memory than it has, for a moment; only Linux keeps such a limit."""
    if sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415 - exists on Unix only

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([in_use + _HEADROOM_BYTES, *limits]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
