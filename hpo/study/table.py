"""``trials.csv``: the trials for people and spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping

from hpo.atomic import write_atomically
from hpo.objective import OBJECTIVE_METRIC
from hpo.study.columns import FIRST_COLUMNS, LAST_COLUMNS
from hpo.study.paths import StudyPaths
from hpo.study.results import Results
from hpo.study.trial import Trial


def write_table(results: Results, paths: StudyPaths) -> None:
    """Write ``trials.csv``: best first, then the completed ones that violate a constraint, then the others.

    The columns are the index, the status, one a parameter and one a metric under their own names, the seconds and
    the reason. An objective that is an expression of metrics has a column ``objective``.
    """
    trials = sorted(results.trials, key=lambda trial: _rank(results, trial))
    metrics = list(dict.fromkeys(name for trial in trials for name in trial.metrics))
    expression = [] if results.objective.metric in metrics or not metrics else [OBJECTIVE_METRIC]
    columns = (*FIRST_COLUMNS, *results.space.names, *expression, *metrics, *LAST_COLUMNS)
    write_atomically(paths.table, _csv(columns, (_row(results, trial) for trial in trials)))


def _rank(results: Results, trial: Trial) -> tuple[int, float, int]:
    if not trial.is_completed:
        return (2, 0.0, trial.index)
    value = results.value(trial)
    sign = 1.0 if results.objective.is_minimized else -1.0
    return (0 if results.objective.feasible(trial.metrics) else 1, sign * value, trial.index)


def _row(results: Results, trial: Trial) -> Mapping[str, object]:
    row: dict[str, object] = {"trial_index": trial.index, "status": str(trial.status), **trial.parameters}
    row.update(trial.metrics)
    if trial.is_completed:
        row[OBJECTIVE_METRIC] = results.value(trial)
    if trial.outcome is not None:
        row["seconds"] = round(trial.outcome.seconds, 3)
        row["reason"] = trial.outcome.reason or (None if trial.source is None else f"from {trial.source}")
    return row


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()
