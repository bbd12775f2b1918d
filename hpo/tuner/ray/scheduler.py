"""The place in Ray Tune from which trials are stopped early."""

import json
import logging
from typing import Any

from ray.tune.experiment import Trial as RayTrial
from ray.tune.schedulers import FIFOScheduler

from hpo.atomic import write_reproducible
from hpo.study import Outcome, Study
from hpo.study.paths import early_stop_file
from hpo.task import Report
from hpo.tuner.ray.judge import Judge
from hpo.tuner.ray.searcher import REPORT, StudySearcher
from hpo.tuner.ray.stateless import Stateless

log = logging.getLogger(__name__)


class StudyScheduler(Stateless, FIFOScheduler):  # type: ignore[misc]  # Ray ships no types
    """Has each report judged, and tells the worker of a hopeless trial, through a file, to end it.

    Ray itself is never told to stop a trial. It would forget the trial at once and leave it running until its worker
    is wanted again, and could then end it only together with its process. The worker, which finds the file when its
    report returns, ends the trial at its next report and sends the outcome as that of any other.

    Args:
        study: Whose trials they are.
        searcher: Who knows the trials' indices.
        judge: Who decides.
    """

    def __init__(self, study: Study, searcher: StudySearcher, judge: Judge) -> None:
        super().__init__()
        self._study = study
        self._searcher = searcher
        self._judge = judge
        self._told: set[str] = set()

    def on_trial_result(self, controller: object, trial: RayTrial, result: dict[str, Any]) -> str:
        """Have a report judged; Ray goes on with the trial in any case."""
        if REPORT in result and trial.trial_id not in self._told:
            with self._searcher.noted():
                index = self._searcher.index_of[trial.trial_id]
                verdict = self._judge.hear(index, Report(**json.loads(str(result[REPORT]))))
                if verdict is not None:
                    self._tell_worker(trial.trial_id, index, verdict)
        return str(FIFOScheduler.CONTINUE)

    def _tell_worker(self, trial_id: str, index: int, verdict: Outcome) -> None:
        path = early_stop_file(self._study.session, index, self._study.ledger.trials[index].attempt)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_reproducible(path, json.dumps(verdict.to_json()))
        except OSError:  # a full disk, say; its next report tries again
            log.exception("Trial %04d cannot be stopped", index)
        else:
            self._told.add(trial_id)
