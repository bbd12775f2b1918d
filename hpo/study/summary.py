"""``summary.json`` for programs and ``best.yaml`` for the next command."""

import json
import shlex
import statistics
from collections import Counter
from typing import TYPE_CHECKING

import yaml

from hpo.atomic import write_atomically
from hpo.study.journal import SCHEMA
from hpo.study.trial import Trial

if TYPE_CHECKING:
    from hpo.study.study import Study


_REPLACED = {"num_trials", "concurrency", "optimizer.first"}  # overrides that the best trial has of its own


def summarise(study: "Study") -> dict[str, object]:
    """Return the study in numbers: the content of ``summary.json``.

    Utilisation is the sum of the trials' seconds, divided by slots times the seconds from the first start to the
    last end; None before a trial has ended.
    """
    best = study.best
    wall_s, busy_s = wall_and_busy_s(study)
    generation_s = study.generation_s
    return {
        "schema": SCHEMA,
        "study": study.plan.name,
        "num_trials": study.plan.num_trials,
        "counts": dict(sorted(Counter(str(trial.status) for trial in study.trials).items())),
        "best_value": None if best is None else study.value(best),
        "best_index": None if best is None else best.index,
        "best_parameters": None if best is None else dict(best.parameters),
        "wall_s": round(wall_s, 3),
        "busy_s": round(busy_s, 3),
        "slots": study.plan.slots,
        "utilisation": round(busy_s / (study.plan.slots * wall_s), 4) if wall_s else None,
        "generation_s": {
            "median": round(statistics.median(generation_s), 4) if generation_s else None,
            "maximum": round(max(generation_s), 4) if generation_s else None,
        },
        "seed": study.plan.seed,
    }


def wall_and_busy_s(study: "Study") -> tuple[float, float]:
    """Return the seconds from the first start to the last end, and the sum of the trials' seconds."""
    spans = [
        (outcome.started_at, outcome.seconds)
        for outcome in (trial.outcome for trial in study.trials)
        if outcome is not None and outcome.started_at is not None
    ]
    if not spans:
        return 0.0, 0.0
    wall_s = max(start + seconds for start, seconds in spans) - min(start for start, _ in spans)
    return wall_s, sum(seconds for _, seconds in spans)


def write_summary(study: "Study") -> None:
    """Write ``summary.json`` and, once there is a best trial, ``best.yaml``."""
    write_atomically(study.paths.summary, json.dumps(summarise(study), indent=2) + "\n")
    best = study.best
    if best is not None:
        write_atomically(study.paths.best, _best_text(study, best))


def _best_text(study: "Study", best: Trial) -> str:
    parameters = ", ".join(f"{name}: {_hydra_value(value)}" for name, value in best.parameters.items())
    arguments = [
        *(text for text in study.plan.arguments if text.partition("=")[0] not in _REPLACED),
        f"study={study.plan.name}-best",
        "num_trials=1",
        f"optimizer.first=[{{{parameters}}}]",
    ]
    command = shlex.join(["python", "-m", "hpo", *arguments])
    content = {
        "study": study.plan.name,
        "trial_index": best.index,
        "objective": {study.objective.metric: study.value(best)},
        "parameters": dict(best.parameters),
        "arguments": arguments,
    }
    return f"# {command}\n{yaml.safe_dump(content, sort_keys=False, width=1000)}"


def _hydra_value(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return str(value).lower() if isinstance(value, bool) else repr(value)
