"""Ray's own schedulers, asked which trials of a study are hopeless."""

import logging
import math
from dataclasses import dataclass

from ray.tune.schedulers import ASHAScheduler, MedianStoppingRule, TrialScheduler

from hpo.objective import Objective
from hpo.scheduler import Asha, EarlyStopping, Median
from hpo.study import Outcome, Status
from hpo.task import Report

log = logging.getLogger(__name__)

STEP, VALUE = "step", "value"  # what Ray's scheduler is shown of a report
FARTHEST_STEP = 10**9  # a rung that no trial reaches; Ray wants a last one


class Judge:
    """Shows the reports of a study's trials to a scheduler of Ray's and keeps its verdicts.

    The scheduler compares the objective's value of the metrics in a report. A report is not shown that lacks a metric
    of the objective, whose value is not finite, or that is not beyond the trial's last one: an attempt that begins
    again repeats steps. A trial is known by its index, so that a further attempt is no other competitor.

    What ends is not passed on: Ray would count its last report a second time.

    Attributes:
        n_shown: How many reports the scheduler has seen.
    """

    def __init__(self, scheduler: EarlyStopping, objective: Objective) -> None:
        self.n_shown = 0
        self._scheduler = scheduler
        self._objective = objective
        self._rays = _of_ray(scheduler, "min" if objective.is_minimized else "max")
        self._last_step: dict[int, int] = {}
        self._verdicts: dict[int, Outcome] = {}
        self._has_complained = False

    def hear(self, index: int, report: Report) -> Outcome | None:
        """Take a report of trial ``index`` and return its outcome if it is to be stopped, now or since an earlier one.

        Args:
            index: The trial.
            report: Its report.
        """
        if index in self._verdicts:
            return self._verdicts[index]
        value = self._value(index, report)
        last = self._last_step.get(index)
        if math.isfinite(value) and (last is None or report.step > last):
            self._last_step[index] = report.step
            if self._is_hopeless(_Entrant(str(index)), report.step, value, is_new=last is None):
                self._verdicts[index] = self._stopped(report, value)
        return self._verdicts.get(index)

    def complain_if_idle(self) -> None:
        """Say so if the scheduler has never seen a report: then it stopped nothing, and never would."""
        if not self.n_shown and not self._has_complained:
            log.warning(
                "scheduler=%s had nothing to compare: no trial reported %s (a task tells how far it is with "
                "TrialContext.report). Let the task report, or set scheduler=none.",
                self._scheduler.name,
                self._objective.metric,
            )

    def _is_hopeless(self, entrant: "_Entrant", step: int, value: float, *, is_new: bool) -> bool:
        if is_new:
            self._rays.on_trial_add(None, entrant)
        self.n_shown += 1
        action = self._rays.on_trial_result(None, entrant, {STEP: step, VALUE: value})
        return bool(action == TrialScheduler.STOP)

    def _stopped(self, report: Report, value: float) -> Outcome:
        reason = f"scheduler={self._scheduler.name} stopped it at step {report.step}"
        return Outcome(
            Status.STOPPED_EARLY, report.metrics, reason=f"{reason}, where {self._objective.metric} was {value:.6g}"
        )

    def _value(self, index: int, report: Report) -> float:
        """Return the objective's value of the report, NaN if it has none."""
        missing = [name for name in self._objective.expression.names if name not in report.metrics]
        if not missing:
            return self._objective.value(report.metrics)
        if not self._has_complained:
            self._has_complained = True
            log.warning(
                "scheduler=%s cannot compare reports like those of trial %04d: they lack %s, which objective.metric=%s "
                "needs (they have %s). Let the task report it, or set scheduler=none.",
                self._scheduler.name,
                index,
                ", ".join(missing),
                self._objective.metric,
                ", ".join(report.metrics) or "no metric",
            )
        return math.nan


@dataclass(frozen=True)
class _Entrant:
    """A trial, as far as Ray's schedulers look at one.

    Attributes:
        trial_id: By what they tell it from others.
    """

    trial_id: str


def _of_ray(scheduler: EarlyStopping, mode: str) -> TrialScheduler:
    """Return Ray's scheduler with these settings.

    Args:
        scheduler: The settings.
        mode: ``min`` or ``max``.
    """
    common = {"time_attr": STEP, "metric": VALUE, "mode": mode, "grace_period": scheduler.grace_steps}
    if isinstance(scheduler, Asha):
        return ASHAScheduler(
            **common,
            reduction_factor=scheduler.reduction_factor,
            max_t=scheduler.max_steps or FARTHEST_STEP,
            stop_last_trials=False,  # one that is beyond the last rung may run to its end
        )
    if isinstance(scheduler, Median):
        return MedianStoppingRule(
            **common,
            min_samples_required=scheduler.min_trials,
            min_time_slice=math.inf,  # none is paused for others
        )
    raise TypeError(f"{scheduler!r} is no scheduler of Ray's")
