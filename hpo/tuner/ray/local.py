"""A Ray of this program's own, on this machine, that nobody else can reach."""

import logging
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ray

from hpo.environment import environment
from hpo.resources import Resources
from hpo.tuner.ray import lines
from hpo.tuner.ray.spaceless import python_without_spaces

LOOPBACK = "127.0.0.1"
OBJECT_STORE_BYTES = 256 * 1024**2  # parameters and metrics travel through it, no data sets


@contextmanager
def local_ray(slots: int, resources: Resources) -> Iterator[None]:
    """Run a Ray with room for ``slots`` trials in this block; it listens on loopback only.

    Args:
        slots: Trials in flight at most.
        resources: What each is given.
    """
    with environment(_settings(slots)), python_without_spaces(), lines.handlers_left_alone():
        ray.init(
            address="local",  # never a cluster that a stale address file names
            num_cpus=max(1, math.ceil(slots * resources.cpus_per_trial - 1e-9)),
            num_gpus=resources.n_gpus(slots),
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=OBJECT_STORE_BYTES,
            _node_ip_address=LOOPBACK,
        )
        try:
            yield
        finally:
            ray.shutdown()


def _settings(slots: int) -> dict[str, str]:
    return {
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),  # workers import what we can
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_IGNORE_UNHANDLED_ERRORS": "1",  # of actors that Tune asked for and, reusing another, no longer needs
        "RAY_AIR_NEW_OUTPUT": "0",
        "RAY_DISABLE_IMPORT_WARNING": "1",
        "TUNE_MAX_PENDING_TRIALS_PG": str(slots),  # by default a searcher's trials start one at a time
        "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
        "TUNE_DISABLE_AUTO_CALLBACK_SYNCER": "1",
        "TUNE_DISABLE_SIGINT_HANDLER": "1",  # the study has its own
        "TUNE_GLOBAL_CHECKPOINT_S": "86400",  # the journal is the record, not Ray's own state
        "TUNE_WARN_SLOW_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "86400",
    }
