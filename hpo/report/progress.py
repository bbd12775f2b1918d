"""How the objective went: over the trials, and within each."""

from typing import Any

from hpo.report.curve import Curve, is_wide
from hpo.report.page import LEGEND, MAX_TICKS, Figure, titled
from hpo.study.improvement import Improvement
from hpo.study.reports import read_curves
from hpo.study.results import Results
from hpo.study.stored import StoredStudy

MAX_CURVES = 60  # learning curves; more are a grey mass


def best_so_far(results: Results, improvement: Improvement | None) -> Figure:
    """Return the objective of each completed trial, and the best feasible value up to it, over the number of ends.

    Args:
        results: What is known of the study.
        improvement: The task's defaults, whose value becomes a line; None for none.
    """
    curve = Curve.of(results, "best so far")
    names = [f"trial {trial.index}" for trial in curve.trials]
    dots = {"opacity": 0.6, "color": "#7d8b99", "size": 7}
    line = {"shape": "hv", "width": 3, "color": "#2a78b8"}
    traces: list[dict[str, Any]] = [
        {"x": curve.numbers, "y": curve.values, "text": names, "mode": "markers", "name": "trials", "marker": dots},
        {"x": curve.numbers, "y": curve.best, "mode": "lines", "name": curve.name, "line": line},
    ]
    if improvement is not None and improvement.value is not None:
        ends = [curve.numbers[0], curve.numbers[-1]]
        dashed = {"dash": "dash", "width": 2, "color": "#d1802b"}
        traces.append({"x": ends, "y": [improvement.value] * 2, "mode": "lines", "name": "defaults", "line": dashed})
    layout = {
        "xaxis": titled("completed trials"),
        "yaxis": {**titled(results.objective.metric, is_log=is_wide(curve.values)), "nticks": MAX_TICKS},
        "legend": LEGEND,
    }
    return {"data": traces, "layout": layout}


def learning_curves(stored: StoredStudy, results: Results) -> Figure | None:
    """Return what was reported while trials ran, over the step; None if none reported twice.

    Of many trials the best are shown, and the best one stands out.
    """
    read = read_curves(stored.paths.journal, results.objective)
    curves = {index: curve for index, curve in read.items() if len(curve) > 1}
    if not curves:
        return None
    sign = 1 if results.objective.is_minimized else -1
    shown = sorted(curves, key=lambda index: sign * list(curves[index].values())[-1])[:MAX_CURVES]
    best = None if results.best is None else results.best.index
    is_log = is_wide([value for index in shown for value in curves[index].values()])
    layout = {
        "xaxis": titled("step"),
        "yaxis": {**titled(results.objective.metric, is_log=is_log), "nticks": MAX_TICKS},
        "showlegend": False,
    }
    return {
        "data": [_curve(index, curves[index], is_best=index == best) for index in reversed(shown)],
        "layout": layout,
    }


def _curve(index: int, curve: dict[int, float], *, is_best: bool) -> dict[str, Any]:
    steps = sorted(curve)
    return {
        "x": steps,
        "y": [curve[step] for step in steps],
        "mode": "lines",
        "name": f"trial {index}",
        "line": {"width": 3, "color": "#2a78b8"} if is_best else {"width": 1, "color": "rgba(128,128,128,0.6)"},
    }
