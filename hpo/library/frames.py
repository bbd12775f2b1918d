"""The trials of a study as tables of pandas."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from hpo.objective import OBJECTIVE_METRIC
from hpo.space import Parameter
from hpo.study import Results, Trial
from hpo.task import Report

if TYPE_CHECKING:
    import pandas as pd

# By the type of a parameter's values.
_DTYPES: Mapping[str, str] = {"float": "float64", "int": "int64", "bool": "bool", "str": "string"}


def trials_frame(results: Results) -> "pd.DataFrame":
    """Return the trials in the order of their indices, which are the frame's index ``trial_index``.

    The columns are those of ``trials.csv``: ``status`` (string), one a parameter in its own type (float64, int64, bool
    or string), ``objective`` if that is an expression of metrics, one a metric (float64, NaN where a trial has none),
    ``seconds`` (float64, s, NaN while a trial runs) and ``reason`` (string, why a trial has no data).

    Args:
        results: What is known of the study.
    """
    import pandas as pd  # noqa: PLC0415 - half a second, and whoever asks for no table needs none of it

    trials = results.trials
    metrics = list(dict.fromkeys(name for trial in trials for name in trial.metrics))
    columns: dict[str, pd.Series] = {"status": pd.Series([str(trial.status) for trial in trials], dtype="string")}
    for parameter in results.space.parameters:
        columns[parameter.name] = _parameter_column(parameter, trials)
    if metrics and results.objective.metric not in metrics:
        columns[OBJECTIVE_METRIC] = _numbers(results.value(trial) if trial.is_completed else None for trial in trials)
    for name in metrics:
        columns[name] = _numbers(trial.metrics.get(name) for trial in trials)
    columns["seconds"] = _numbers(None if trial.outcome is None else trial.outcome.seconds for trial in trials)
    reasons = [None if trial.outcome is None else trial.outcome.reason for trial in trials]
    columns["reason"] = pd.Series(reasons, dtype="string")
    index = pd.Index([trial.index for trial in trials], dtype="int64", name="trial_index")
    return pd.DataFrame(columns).set_axis(index)


def reports_frame(reports: Iterable[tuple[int, Report]]) -> "pd.DataFrame":
    """Return reports of trials, a row each, in their order: ``trial_index``, ``step``, and one a metric (float64).

    Args:
        reports: Each with the index of its trial.
    """
    import pandas as pd  # noqa: PLC0415 - see above

    rows = list(reports)
    metrics = list(dict.fromkeys(name for _, report in rows for name in report.metrics))
    columns = {
        "trial_index": pd.Series([index for index, _ in rows], dtype="int64"),
        "step": pd.Series([report.step for _, report in rows], dtype="int64"),
        **{name: _numbers(report.metrics.get(name) for _, report in rows) for name in metrics},
    }
    return pd.DataFrame(columns)


def _parameter_column(parameter: Parameter, trials: Sequence[Trial]) -> "pd.Series":
    import pandas as pd  # noqa: PLC0415 - see above

    values = [trial.parameters[parameter.name] for trial in trials]
    # What varied as a float may be fixed at a whole number now.
    is_mixed = parameter.value_type == "int" and not all(isinstance(value, int) for value in values)
    return pd.Series(values, dtype="float64" if is_mixed else _DTYPES[parameter.value_type])


def _numbers(values: Iterable[float | None]) -> "pd.Series":
    import pandas as pd  # noqa: PLC0415 - see above

    return pd.Series(list(values), dtype="float64")
