import statistics
from itertools import pairwise
from pathlib import Path

import pytest

from hpo.study.journal import read_events
from tests.cli import succeed

NUM_TRIALS = 500


@pytest.mark.alone
@pytest.mark.slow
def test_the_cost_of_a_trial_does_not_grow(tmp_path: Path) -> None:
    """Of 500 trivial Sobol trials the last 50 take at most 1.5 times as long as the first 50."""
    succeed("optimizer=sobol", "tuner=inline", f"num_trials={NUM_TRIALS}", cwd=tmp_path)
    journal = tmp_path / "outputs/branin/journal.jsonl"
    ends = [float(str(event["time"])) for event in read_events(journal) if event["event"] == "completed"]
    seconds = [after - before for before, after in pairwise(ends)]
    assert len(ends) == NUM_TRIALS
    assert statistics.fmean(seconds[-50:]) <= 1.5 * statistics.fmean(seconds[:50])
