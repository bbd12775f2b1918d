"""Where and with what a benchmark ran."""

import datetime as dt
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import psutil

from hpo.machine import Machine

DISTRIBUTIONS = ("ray", "ax-platform", "botorch", "torch", "numpy", "hydra-core", "hippynn")


def machine() -> dict[str, str]:
    """Return the machine's properties by name, for people."""
    return {
        "cores": str(Machine.here(count_gpus=False).n_cpus),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "CPU": _cpu_model(),
        "system": f"{platform.system()} {platform.release()}",
    }


def versions(distributions: Sequence[str] = DISTRIBUTIONS) -> dict[str, str]:
    """Return the versions of Python and of the libraries that this program stands on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in distributions}}


def now() -> str:
    """Return date and time, UTC, to the minute."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M")


def load() -> float:
    """Return the mean number of processes that wanted a processor in the last minute."""
    return psutil.getloadavg()[0]


def _cpu_model() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
