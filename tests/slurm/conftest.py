import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm.cluster import SlurmCluster, slurm_cluster
from tests.slurm.study_job import StudyJobs


@pytest.fixture(scope="session")
def cluster() -> Iterator[SlurmCluster]:
    """A SLURM with two nodes."""
    with slurm_cluster() as cluster:
        yield cluster


@pytest.fixture
def jobs(cluster: SlurmCluster, tmp_path: Path) -> Iterator[StudyJobs]:
    """Jobs that are submitted from a directory of their own; what still runs after the test is cancelled."""
    shutil.copy(Path(__file__).with_name("where.py"), tmp_path)
    jobs = StudyJobs(cluster, tmp_path, sys.executable)
    try:
        yield jobs
    finally:
        jobs.cancel_all()
