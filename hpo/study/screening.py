"""Which outcomes are data."""

from dataclasses import replace

from hpo.objective import Objective
from hpo.space import SearchSpace
from hpo.study.columns import FIRST_COLUMNS, LAST_COLUMNS
from hpo.study.trial import Outcome, Status, Trial
from hpo.task import Metrics


def screened(outcome: Outcome, space: SearchSpace, objective: Objective) -> Outcome:
    """Return ``outcome``, or an invalid one if it is completed and its metrics are no data."""
    if outcome.status is not Status.COMPLETED:
        return outcome
    reason = objective.screen(outcome.metrics) or _name_clash(outcome.metrics, space)
    return outcome if reason is None else replace(outcome, status=Status.INVALID, reason=reason)


def data_of(trial: Trial, objective: Objective) -> Metrics | None:
    """Return what a proposer is told of a trial that has ended; None if it has no data.

    Of one that was stopped early it is what it reported last, if the objective and its constraints need no more.
    """
    if trial.is_completed or (trial.status is Status.STOPPED_EARLY and objective.screen(trial.metrics) is None):
        return objective.data(trial.metrics)
    return None


def _name_clash(metrics: Metrics, space: SearchSpace) -> str | None:
    taken = [name for name in metrics if name in {*space.names, *FIRST_COLUMNS, *LAST_COLUMNS}]
    return f"a metric may not be called {', '.join(taken)}: trials.csv has such a column" if taken else None
