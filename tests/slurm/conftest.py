import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm.cluster import SlurmCluster, what_is_missing
from tests.slurm.study_job import StudyJobs


@pytest.fixture(scope="session")
def cluster() -> Iterator[SlurmCluster]:
    """A SLURM with two nodes."""
    reason = what_is_missing()
    if reason is not None:
        pytest.skip(reason)
    cluster = SlurmCluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def jobs(cluster: SlurmCluster, tmp_path: Path) -> Iterator[StudyJobs]:
    """Jobs that are submitted from a directory of their own; what still runs after the test is cancelled."""
    shutil.copy(Path(__file__).with_name("where.py"), tmp_path)
    jobs = StudyJobs(cluster, tmp_path, sys.executable)
    try:
        yield jobs
    finally:
        jobs.cancel_all()
