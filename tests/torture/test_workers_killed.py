import random
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.study_process import StudyProcess
from tests.torture.invariants import check_end, check_files

N_KILLS = 20


def is_worker(process: psutil.Process) -> bool:
    """Tell whether it runs trials: an executor, or the worker of Ray's that supervises it.

    Not one that is starting: if it dies just as it reports for work, Ray 2.6.3 may never start another.
    """
    line = " ".join(process.cmdline())
    return "hpo.worker.executor" in line or line.startswith("ray::ImplicitFunc")


@pytest.mark.ray
@pytest.mark.slow
def test_a_study_survives_its_workers_being_killed(tmp_path: Path) -> None:
    """Each trial whose worker is killed is run again from its checkpoint, in the same session."""
    chance = random.Random(5)
    num_trials = 60
    study = StudyProcess(
        tmp_path,
        *("tuner=ray", "concurrency=2", "resources.cpus_per_trial=0.5", f"num_trials={num_trials}"),
        *("failures.retries=50", "+task.fixed.step_s=0.1"),
    )
    killed = 0
    give_up_at = time.monotonic() + 600
    with study.start() as driver:
        try:
            while killed < N_KILLS and driver.poll() is None:
                assert time.monotonic() < give_up_at, study.log[-4000:]
                with suppress(psutil.Error):  # one may have ended
                    workers = [process for process in study.processes() if is_worker(process)]
                    if workers:
                        chance.choice(workers).kill()
                        killed += 1
                time.sleep(chance.uniform(0.2, 2))
            assert driver.wait(300) == 0, study.log[-4000:]
        finally:
            driver.kill()
    assert killed == N_KILLS
    study.wait_until_all_are_gone()
    check_files(study.root)
    check_end(study.root, num_trials)
