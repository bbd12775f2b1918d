import os
import random
from pathlib import Path

import pytest

from tests.study_process import TUNERS, StudyProcess
from tests.torture.invariants import check_end, check_files, completed_events

N_KILLS = int(os.environ.get("HPO_TORTURE_KILLS", "20"))


@pytest.mark.ray
@pytest.mark.slow
@pytest.mark.parametrize("tuner", TUNERS)
def test_a_study_survives_its_driver_being_killed(tmp_path: Path, tuner: str) -> None:
    """Killed at random moments and resumed each time, it loses no completed trial and reaches its total."""
    chance = random.Random(os.environ.get("HPO_TORTURE_SEED", tuner))
    num_trials = 4 * N_KILLS
    study = StudyProcess(tmp_path, f"num_trials={num_trials}", "restart=auto", *TUNERS[tuner])
    before: dict[int, object] = {}
    for _ in range(N_KILLS):
        study.kill_at_random(chance)
        if not study.root.exists():
            continue
        check_files(study.root)
        after = completed_events(study.root)
        assert {index: after.get(index) for index in before} == before
        before = dict(after)
    assert study.run(timeout_s=60 + 5 * num_trials) == 0, study.log[-4000:]
    study.wait_until_all_are_gone()
    check_files(study.root)
    after = completed_events(study.root)
    assert {index: after.get(index) for index in before} == before
    check_end(study.root, num_trials)
