"""``trials.csv``: the trials for people and spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from hpo.atomic import write_atomically
from hpo.objective import OBJECTIVE_METRIC
from hpo.study.trial import Trial

if TYPE_CHECKING:
    from hpo.study.study import Study

FIRST_COLUMNS = ("trial_index", "status")
LAST_COLUMNS = ("seconds", "reason")


def write_table(study: "Study") -> None:
    """Write ``trials.csv``: best first, then the completed ones that violate a constraint, then the others.

    The columns are the index, the status, one a parameter and one a metric under their own names, the seconds and
    the reason. An objective that is an expression of metrics has a column ``objective``.
    """
    trials = sorted(study.trials, key=lambda trial: _rank(study, trial))
    metrics = list(dict.fromkeys(name for trial in trials for name in trial.metrics))
    expression = [] if study.objective.metric in metrics or not metrics else [OBJECTIVE_METRIC]
    columns = (*FIRST_COLUMNS, *study.space.names, *expression, *metrics, *LAST_COLUMNS)
    write_atomically(study.paths.table, _csv(columns, (_row(study, trial) for trial in trials)))


def _rank(study: "Study", trial: Trial) -> tuple[int, float, int]:
    if not trial.is_completed:
        return (2, 0.0, trial.index)
    value = study.value(trial)
    sign = 1.0 if study.objective.is_minimized else -1.0
    return (0 if study.objective.feasible(trial.metrics) else 1, sign * value, trial.index)


def _row(study: "Study", trial: Trial) -> Mapping[str, object]:
    row: dict[str, object] = {"trial_index": trial.index, "status": str(trial.status), **trial.parameters}
    row.update(trial.metrics)
    if trial.is_completed:
        row[OBJECTIVE_METRIC] = study.value(trial)
    if trial.outcome is not None:
        row["seconds"] = round(trial.outcome.seconds, 3)
        row["reason"] = trial.outcome.reason
    return row


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, object]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()
