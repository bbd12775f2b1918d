"""The place in Ray Tune from which trials are stopped early, and where it is told to keep its workers."""

import json
import logging
from typing import Any

from ray.tune.experiment import Trial as RayTrial
from ray.tune.schedulers import FIFOScheduler

from hpo.atomic import write_reproducible
from hpo.study import Outcome, Study
from hpo.study.paths import early_stop_file
from hpo.task import Report
from hpo.tuner.ray import lines
from hpo.tuner.ray.judge import Judge
from hpo.tuner.ray.searcher import REPORT, StudySearcher
from hpo.tuner.ray.stateless import Stateless

log = logging.getLogger(__name__)


class StudyScheduler(Stateless, FIFOScheduler):  # type: ignore[misc]  # Ray ships no types
    """Begins trials in their order, and has each report judged if there is a judge.

    Workers without a trial are kept, one for each slot: the next suggestion may be a moment away, and a new worker
    costs seconds. Ray keeps one only, and the others if a trial waits for them already.

    The worker of a hopeless trial is told, through a file, to end it.
    Ray itself is never told to stop a trial. It would forget the trial at once and leave it running until its worker
    is wanted again, and could then end it only together with its process. The worker, which finds the file when its
    report returns, ends the trial at its next report and sends the outcome as that of any other.

    Args:
        study: Whose trials they are.
        searcher: Who knows the trials' indices.
        judge: Who decides; None if every trial runs to its end.
    """

    def __init__(self, study: Study, searcher: StudySearcher, judge: Judge | None) -> None:
        super().__init__()
        self._keeps_workers = False
        self._study = study
        self._searcher = searcher
        self._judge = judge
        self._told: set[str] = set()

    def on_trial_add(self, controller: object, trial: RayTrial) -> None:
        """Have Ray keep its workers."""
        if not self._keeps_workers:
            lines.keep_workers(controller, trial.placement_group_factory, self._study.plan.slots)
            self._keeps_workers = True

    def choose_trial_to_run(self, controller: object) -> RayTrial | None:
        """Return the next trial that waits; Ray itself looks through all that ever ran, several times a trial."""
        return super().choose_trial_to_run(_LiveTrials(controller, self._searcher))

    def on_trial_result(self, controller: object, trial: RayTrial, result: dict[str, Any]) -> str:
        """Have a report judged; Ray goes on with the trial in any case."""
        if self._judge is not None and REPORT in result and trial.trial_id not in self._told:
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


class _LiveTrials:
    """Ray's controller, with no trials but those that have not ended."""

    def __init__(self, controller: Any, searcher: StudySearcher) -> None:
        self._controller = controller
        self._searcher = searcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self._controller, name)

    def get_trials(self) -> list[RayTrial]:
        """Return them in their order."""
        return sorted(self._controller.get_live_trials(), key=lambda trial: self._searcher.index_of[trial.trial_id])
