"""Two reports of the same study."""

from pathlib import Path

import torch

from hpo.report.report import write_report
from tests.scripted import MakeStudy, completed

N_TRIALS = 10


def test_a_report_is_the_same_whenever_it_is_written(asked: MakeStudy) -> None:
    """Also whether an importance rises, which Ax draws numbers for: over this parabola it does so by chance.

    Random numbers of others in the process go on as if none had been drawn.
    """
    study = asked(num_trials=N_TRIALS, slots=1)
    study.begin()
    for index in range(N_TRIALS):
        study.ask()
        study.start(index)
        study.tell(index, completed((index - (N_TRIALS - 1) / 2) ** 2))
    pages = set()
    for state in range(3):
        torch.manual_seed(state)
        write_report(Path("outputs/demo").absolute(), Path("report.html"), now=1.8e9, with_model=True)
        after = torch.rand(1)
        torch.manual_seed(state)
        assert after == torch.rand(1)
        pages.add(Path("report.html").read_text().partition("<body")[2])
    assert len(pages) == 1
