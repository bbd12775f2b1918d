from collections.abc import Callable

from hpo.callbacks.tracking import Tracking
from hpo.study import Outcome, Status, Study
from hpo.task import Report
from tests.scripted import ListProposer, MakeStudy, completed

N_TRIALS = 4


def begun(study: Study) -> int:
    """Ask for a trial, start it, and return its index."""
    trial = study.ask()
    assert trial is not None
    study.start(trial.index)
    return trial.index


def two_sessions(make_study: MakeStudy, make_tracker: Callable[[], Tracking]) -> None:
    """Run four trials in two sessions.

    Trial 0 completes after two reports, 1 fails, 2 reports once before and once after the study is resumed, 3 is
    stopped early.
    """
    study = make_study(observers={"tracker": make_tracker()}, slots=3)
    study.begin()
    first, second, third = begun(study), begun(study), begun(study)
    study.report(first, Report(1, {"loss": 5.0}))
    study.report(first, Report(2, {"loss": 4.0}))
    study.tell(first, completed(3.0, mae=0.5))
    study.tell(second, Outcome(Status.FAILED, reason="ValueError: no", started_at=100.0, seconds=1.0))
    study.report(third, Report(1, {"loss": 8.0}, checkpoint="half"))
    study.end()

    resumed = make_study(observers={"tracker": make_tracker()}, slots=3, proposer=ListProposer(start=3))
    resumed.begin()
    assert begun(resumed) == third
    resumed.report(third, Report(2, {"loss": 7.0}))
    resumed.tell(third, completed(6.0))
    fourth = begun(resumed)
    resumed.report(fourth, Report(1, {"loss": 9.0}))
    resumed.tell(
        fourth, Outcome(Status.STOPPED_EARLY, {"loss": 9.0}, reason="by asha at 1", started_at=100.0, seconds=1.0)
    )
    resumed.end()
