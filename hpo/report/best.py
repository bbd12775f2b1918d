"""The best trial: its parameters, how sure the model is of them, and what they improve on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hpo.report.page import Section, Table
from hpo.status.wording import number
from hpo.study.improvement import Improvement
from hpo.study.results import Results
from hpo.study.trial import Trial

TITLE = "Best"
AS_GOOD = "as good, as far as the model can tell"


@dataclass(frozen=True)
class Opinion:
    """What the model says of the best trial.

    Attributes:
        prediction: The objective there, mean and standard deviation, in words.
        as_good: By parameter, the values that it cannot tell from the best one, in words.
    """

    prediction: str
    as_good: Mapping[str, str]


def section(results: Results, improvement: Improvement | None, opinion: Opinion | None) -> Section:
    """Return what there is to say of the best trial.

    Args:
        results: What is known of the study.
        improvement: The task's defaults beside it; None if they were not asked for.
        opinion: What the model says of it; None without a model.
    """
    counts = ", ".join(f"{n} {status}" for status, n in results.counts.items()) or "none"
    words = [f"Trials: {counts}; {results.plan.num_trials} in total were asked for."]
    if improvement is not None:
        words.append(f"{improvement.wording}.")
    best = results.best
    if best is None:
        has_data = any(trial.is_completed for trial in results.trials)
        why = "No completed trial satisfies the constraints." if has_data else "No trial has completed."
        return Section(TITLE, words=[*words, why])
    values = [(f"{results.objective.metric} (trial {best.index})", number(results.value(best)))]
    if opinion is not None:
        values.append(("the model there, mean and standard deviation", opinion.prediction))
    return Section(TITLE, words=words, tables=[Table((), values), _parameters(best, improvement, opinion)])


def _parameters(best: Trial, improvement: Improvement | None, opinion: Opinion | None) -> Table:
    head = ["parameter", "best"]
    columns: list[Sequence[str]] = [list(best.parameters), [number(value) for value in best.parameters.values()]]
    if improvement is not None:
        defaults = improvement.trial.parameters
        head.append("default")
        columns.append([number(defaults.get(name, "")) for name in best.parameters])
    if opinion is not None:
        head.append(AS_GOOD)
        columns.append([opinion.as_good.get(name, "") for name in best.parameters])
    return Table(head, list(zip(*columns, strict=True)))
