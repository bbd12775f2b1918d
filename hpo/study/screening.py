"""Which outcomes are data."""

from dataclasses import replace

from hpo.objective import Objective
from hpo.space import SearchSpace
from hpo.study.columns import FIRST_COLUMNS, LAST_COLUMNS
from hpo.study.trial import Outcome, Status
from hpo.task import Metrics


def screened(outcome: Outcome, space: SearchSpace, objective: Objective) -> Outcome:
    """Return ``outcome``, or an invalid one if it is completed and its metrics are no data."""
    if outcome.status is not Status.COMPLETED:
        return outcome
    reason = objective.screen(outcome.metrics) or _name_clash(outcome.metrics, space)
    return outcome if reason is None else replace(outcome, status=Status.INVALID, reason=reason)


def _name_clash(metrics: Metrics, space: SearchSpace) -> str | None:
    taken = [name for name in metrics if name in {*space.names, *FIRST_COLUMNS, *LAST_COLUMNS}]
    return f"a metric may not be called {', '.join(taken)}: trials.csv has such a column" if taken else None
