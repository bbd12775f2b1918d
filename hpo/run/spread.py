"""What came of a trial that was run again: mean and standard deviation over the seeds, beside what it was."""

import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path

from hpo.study.stored import StoredStudy
from hpo.study.trial import Trial
from hpo.task import Metrics


def spread_text(again: StoredStudy, before: Trial) -> str:
    """Return what to say of a study that ran one point again.

    Args:
        again: The study, below the working directory.
        before: The trial that was run again.
    """
    results = again.results()
    completed = [trial for trial in results.trials if trial.is_completed]
    metric = again.objective.metric

    def values_of(trial: Trial) -> Metrics:
        has_value = trial.is_completed and metric not in trial.metrics
        return {**({metric: results.value(trial)} if has_value else {}), **trial.metrics}

    rows = [
        _row(name, [values_of(trial) for trial in completed], values_of(before)) for name in _names(completed, metric)
    ]
    is_spread = len(results.trials) > 1
    head = ("", "mean" if is_spread else "again", "std" if is_spread else "", "before")
    title = f"Over {len(completed)} of {len(results.trials)} seeds:" if is_spread else "One seed:"
    lines = [title, *_aligned([head, *rows])]
    for trial in results.trials:
        folder = again.paths.trial(trial.index).relative_to(Path.cwd())
        seed = again.plan.trial_seed(trial.index)
        lines.append(f"Seed {seed}: {trial.status}, files in {folder}")
    return "\n".join(lines) + "\n"


def _names(completed: list[Trial], metric: str) -> list[str]:
    """Return the objective and the metrics, the objective first."""
    return list(dict.fromkeys([metric, *(name for trial in completed for name in trial.metrics)])) if completed else []


def _row(name: str, values: list[Mapping[str, float]], before: Mapping[str, float]) -> tuple[str, str, str, str]:
    found = [metrics[name] for metrics in values if name in metrics]
    spread = f"{statistics.stdev(found):.3g}" if len(found) > 1 else ""
    return name, f"{statistics.fmean(found):.6g}", spread, f"{before[name]:.6g}" if name in before else ""


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        padded = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield f"  {name.ljust(widths[0])}  {'  '.join(padded)}".rstrip()
