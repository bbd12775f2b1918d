"""A Ray that is started to see whether it starts, and stopped."""

import logging
import time
from dataclasses import dataclass

import psutil
import ray

from hpo.resources import Resources
from hpo.tuner.ray.local import CPUS_OF_A_TRIAL, local_ray

WORKER_S = 60.0  # for the first worker to begin
_LOOPBACK = ("127.", "::1", "::ffff:127.")


@dataclass(frozen=True)
class TrialStart:
    """What came of it.

    Attributes:
        seconds: From the start until a worker had answered.
        listening: The addresses on which its processes listened.
    """

    seconds: float
    listening: frozenset[str]

    @property
    def reachable(self) -> frozenset[str]:
        """Those of them that are not loopback's."""
        return frozenset(address for address in self.listening if not address.startswith(_LOOPBACK))


def start_and_stop() -> TrialStart:
    """Start a Ray as a study does, have one worker answer, look where it listens, and stop it.

    Raises:
        Exception: What Ray raises if it does not start, or no worker answers within :data:`WORKER_S`.
    """
    began = time.monotonic()
    others = set(psutil.Process().children(recursive=True))
    with local_ray(1, Resources()):
        logging.getLogger("ray").setLevel(logging.CRITICAL)
        ray.get(ray.remote(num_cpus=CPUS_OF_A_TRIAL)(_answer).remote(), timeout=WORKER_S)
        seconds = time.monotonic() - began
        ours = [process for process in psutil.Process().children(recursive=True) if process not in others]
        return TrialStart(seconds, frozenset(address for process in ours for address in _listening(process)))


def _answer() -> bool:
    return True


def _listening(process: psutil.Process) -> set[str]:
    try:
        connections = process.net_connections(kind="inet")
    except psutil.Error:  # it ended since the list was made
        return set()
    return {found.laddr.ip for found in connections if found.status == psutil.CONN_LISTEN}
