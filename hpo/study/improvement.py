"""How much better the best trial is than the task's own defaults."""

from dataclasses import dataclass
from typing import Self

from hpo.study.results import Results
from hpo.study.trial import Trial


@dataclass(frozen=True)
class Improvement:
    """The trial of the task's defaults, and what the study found beyond it.

    Attributes:
        trial: The trial of the defaults.
        metric: What the objective is called.
        value: Its objective there; None if it has no data.
        by: How much better the best trial is, in the objective's unit: positive, or 0 if none is better. None without
            a best trial or without data of the defaults; negative if those are better and violate a constraint.
        is_feasible: Whether the defaults keep to the objective's constraints.
    """

    trial: Trial
    metric: str
    value: float | None
    by: float | None
    is_feasible: bool

    @classmethod
    def of(cls, results: Results) -> Self | None:
        """Return the improvement; None if the defaults were not asked for, or not yet."""
        trial, best = results.baseline, results.best
        if trial is None:
            return None
        metric = results.objective.metric
        if not trial.is_completed:
            return cls(trial, metric, None, None, is_feasible=False)
        value = results.value(trial)
        sign = 1.0 if results.objective.is_minimized else -1.0
        by = None if best is None else sign * (value - results.value(best))
        return cls(trial, metric, value, by, is_feasible=results.objective.feasible(trial.metrics))

    @property
    def wording(self) -> str:
        """What there is to say, as a sentence without its point."""
        where = f"in trial {self.trial.index}"
        if self.value is None:
            outcome = self.trial.outcome
            if outcome is None:
                return f"The task's defaults are not evaluated yet {where}"
            why = outcome.reason or str(outcome.status)
            return f"The task's defaults gave no data {where}: {why}"
        against = "" if self.is_feasible else ", against the constraints,"
        said = f"{self.metric} = {self.value:.6g}{against} {where}"
        if self.by is None or self.by < 0:
            return f"The task's defaults: {said}"
        if self.by == 0:
            return f"No trial is better than the task's defaults: {said}"
        share = f" ({100 * self.by / abs(self.value):.3g} %)" if self.value else ""
        return f"Better by {self.by:.6g}{share} than the task's defaults: {said}"
