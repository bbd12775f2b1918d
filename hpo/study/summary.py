"""``summary.json`` for programs and ``best.yaml`` for the next command."""

import json
import shlex
import statistics

import yaml

from hpo.atomic import write_atomically
from hpo.study.improvement import Improvement
from hpo.study.journal import SCHEMA
from hpo.study.override import hydra_value
from hpo.study.paths import StudyPaths
from hpo.study.results import Results
from hpo.study.timeline import Timeline
from hpo.study.trial import Trial

# Overrides that the best trial has of its own, or nothing of.
_REPLACED = {"num_trials", "concurrency", "optimizer.first", "optimizer.baseline"}


def summarise(results: Results) -> dict[str, object]:
    """Return the study in numbers: the content of ``summary.json``.

    Utilisation is the sum of the trials' seconds, divided by slots times the seconds from the first start to the
    last end of each session; None before a trial has ended. ``idle_s`` says what the rest of that time went to, and
    ``timeline`` which slot ran what; see :mod:`hpo.study.timeline`.
    """
    timeline = results.timeline()
    return {**_figures(results, timeline), "timeline": [turn.to_json() for turn in timeline.turns]}


def _figures(results: Results, timeline: Timeline) -> dict[str, object]:
    best = results.best
    plan = results.plan
    utilisation = results.utilisation
    generation_s = results.ledger.generation_s
    n_unseen = results.ledger.n_unseen
    improvement = Improvement.of(results)
    return {
        "schema": SCHEMA,
        "study": plan.name,
        "num_trials": plan.num_trials,
        "counts": results.counts,
        "best_value": None if best is None else results.value(best),
        "best_index": None if best is None else best.index,
        "best_parameters": None if best is None else dict(best.parameters),
        "baseline_value": None if improvement is None else improvement.value,
        "baseline_index": None if improvement is None else improvement.trial.index,
        "improvement": None if improvement is None else improvement.by,
        "wall_s": round(results.wall_s, 3),
        "busy_s": round(results.busy_s, 3),
        "slots": plan.slots,
        "utilisation": None if utilisation is None else round(utilisation, 4),
        "generation_s": {
            "median": round(statistics.median(generation_s), 4) if generation_s else None,
            "maximum": round(max(generation_s), 4) if generation_s else None,
        },
        "n_unseen": {
            "mean": round(statistics.fmean(n_unseen), 4) if n_unseen else None,
            "maximum": max(n_unseen, default=None),
        },
        "idle_s": {cause: round(seconds, 3) for cause, seconds in timeline.idle_s.items()},
        "seed": plan.seed,
    }


def write_summary(results: Results, paths: StudyPaths) -> None:
    """Write ``summary.json`` and, once there is a best trial, ``best.yaml``."""
    write_atomically(paths.summary, _text(results))
    best = results.best
    if best is not None:
        write_atomically(paths.best, _best_text(results, best))


def _text(results: Results) -> str:
    """Return the summary as JSON with a line for each turn: written sooner than an indented one, and read sooner."""
    timeline = results.timeline()
    figures = json.dumps(_figures(results, timeline), indent=2).removesuffix("\n}")
    turns = ",".join(f"\n    {json.dumps(turn.to_json())}" for turn in timeline.turns)
    return f'{figures},\n  "timeline": [{turns}\n  ]\n}}\n'


def _best_text(study: Results, best: Trial) -> str:
    parameters = ", ".join(f"{name}: {hydra_value(value)}" for name, value in best.parameters.items())
    arguments = [
        *(text for text in study.plan.arguments if text.partition("=")[0] not in _REPLACED),
        f"study={study.plan.name}-best",
        "num_trials=1",
        f"optimizer.first=[{{{parameters}}}]",
    ]
    command = shlex.join(["python", "-m", "hpo", *arguments])
    content = {
        "schema": SCHEMA,
        "study": study.plan.name,
        "trial_index": best.index,
        "objective": {study.objective.metric: study.value(best)},
        "parameters": dict(best.parameters),
        "arguments": arguments,
    }
    return f"# {command}\n{yaml.safe_dump(content, sort_keys=False, width=1000)}"
