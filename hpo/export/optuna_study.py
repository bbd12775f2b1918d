"""A study as a study of Optuna, for its dashboard and its plots."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, TrialState

from hpo.objective import Objective, OutcomeConstraint
from hpo.space import Choice, Parameter, Range
from hpo.study.reports import read_curves
from hpo.study.screening import data_of
from hpo.study.stored import StoredStudy
from hpo.study.trial import Status, Trial, strict_numbers
from hpo.task import Metrics, ParameterValue

_STATES = {
    Status.COMPLETED: TrialState.COMPLETE,
    Status.STOPPED_EARLY: TrialState.PRUNED,
    Status.RUNNING: TrialState.RUNNING,
}


def write_optuna_study(stored: StoredStudy, path: Path) -> None:
    """Write an SQLite database with one study of Optuna, named as this one.

    A trial's number is its index. Completed trials are COMPLETE, those that were stopped early PRUNED, unfinished
    ones RUNNING, and all others FAIL. The value is the objective's. Every metric is a user attribute, and so are the
    status and the reason. Constraints on metrics are Optuna's constraints, so that its best trial is this study's.
    Values that were reported on the way are intermediate values, where the objective can be computed of them.

    Args:
        stored: The study.
        path: The file; it is not there.

    Raises:
        DamagedStudyError: If the journal is damaged.
    """
    optuna.logging.set_verbosity(logging.WARNING)
    trials = stored.results().trials
    distributions = {p.name: _distribution(p, [trial.parameters for trial in trials]) for p in stored.space.parameters}
    reported = read_curves(stored.paths.journal, stored.objective)
    storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
    try:
        study = optuna.create_study(storage=storage, study_name=stored.plan.name, direction=stored.objective.direction)
        study.add_trials([_frozen(trial, stored.objective, distributions, reported) for trial in trials])
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _frozen(
    trial: Trial,
    objective: Objective,
    distributions: Mapping[str, BaseDistribution],
    reported: Mapping[int, Mapping[int, float]],
) -> FrozenTrial:
    state = _STATES.get(trial.status, TrialState.FAIL)
    outcome = trial.outcome
    data = data_of(trial, objective)
    started_at = None if outcome is None else outcome.started_at
    began = None if started_at is None else _local(started_at)
    ended = None if outcome is None else _local((started_at or 0.0) + outcome.seconds)
    frozen = optuna.trial.create_trial(
        state=state,
        value=objective.value(trial.metrics) if data is not None else None,
        params={name: trial.parameters[name] for name in distributions if name in trial.parameters},
        distributions={name: each for name, each in distributions.items() if name in trial.parameters},
        user_attrs={
            **strict_numbers(trial.metrics),
            "status": str(trial.status),
            "reason": None if outcome is None else outcome.reason,
        },
        intermediate_values=dict(reported.get(trial.index, {})),
        constraints=_violations(objective, trial.metrics) if data is not None else None,
    )
    frozen.number = trial.index
    frozen.datetime_start = began or frozen.datetime_start
    frozen.datetime_complete = ended if state.is_finished() else None
    return frozen


def _local(seconds: float) -> datetime:
    """Return a time as Optuna keeps it: that of this place, without a zone."""
    return datetime.fromtimestamp(seconds, tz=UTC).astimezone().replace(tzinfo=None)


def _violations(objective: Objective, metrics: Metrics) -> dict[str, float]:
    """Return by how much each constraint is violated; Optuna takes what is at most 0 as feasible."""
    return {constraint.text: _violation(constraint, metrics) for constraint in objective.constraints}


def _violation(constraint: OutcomeConstraint, metrics: Metrics) -> float:
    over = metrics[constraint.metric] - constraint.bound
    return over if constraint.op == "<=" else -over


def _distribution(parameter: Parameter, points: Sequence[Mapping[str, ParameterValue]]) -> BaseDistribution:
    """Return where the parameter's values come from, stretched to those of trials outside the space of today."""
    tried = [point[parameter.name] for point in points if parameter.name in point]
    if isinstance(parameter, Range) and all(isinstance(value, int | float) for value in tried):
        numbers = [float(value) for value in tried]
        low, high = min([parameter.lower, *numbers]), max([parameter.upper, *numbers])
        step = parameter.step if all(parameter.contains(number) for number in numbers) else None
        log = parameter.log and low > 0
        if parameter.value_type == "int":
            return IntDistribution(int(low), int(high), log=log, step=int(step or 1))
        return FloatDistribution(low, high, log=log, step=step)
    values = parameter.values if isinstance(parameter, Choice) else ()
    fixed = () if isinstance(parameter, Choice | Range) else (parameter.value,)
    return CategoricalDistribution(tuple(dict.fromkeys((*values, *fixed, *tried))))
