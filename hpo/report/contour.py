"""The predicted objective over two parameters, where the best trial lies.

Ax has such a figure too. It predicts for every pair of values that were tried, in one call: a million points and
12 GB for 1,000 trials.
"""

from hpo.report.certainty import Predict
from hpo.report.page import LEGEND, Figure, titled
from hpo.report.parameters import spaced
from hpo.space import Range
from hpo.study.results import Results
from hpo.study.trial import Trial

N_VALUES = 25  # of each parameter


def contour(results: Results, best: Trial, x: Range, y: Range, predict: Predict) -> dict[str, Figure]:
    """Return the figure by its caption, with holes where a constraint of the space is violated.

    Args:
        results: What is known of the study.
        best: The trial whose other parameters are kept.
        x: What is varied along the figure.
        y: What is varied upwards.
        predict: Returns mean and standard deviation of the objective at points of the space.
    """
    xs, ys = spaced(x, N_VALUES), spaced(y, N_VALUES)
    points = [{**best.parameters, x.name: one, y.name: other} for other in ys for one in xs]
    inside = [point for point in points if results.space.contains(point)]
    found = iter(predict(inside) if inside else ())
    means = [next(found)[0] if results.space.contains(point) else None for point in points]
    tried = [trial for trial in results.trials if trial.is_completed and trial is not best]
    surface = {
        "type": "contour",
        "x": xs,
        "y": ys,
        "z": [means[start : start + len(xs)] for start in range(0, len(means), len(xs))],
        "colorscale": "Viridis",
        "reversescale": not results.objective.is_minimized,
        "line": {"width": 0.5},
        "colorbar": {"thickness": 12},
    }
    dots = {"color": "rgba(255,255,255,0.7)", "size": 5, "line": {"width": 1, "color": "#1c2733"}}
    star = {**dots, "symbol": "star", "size": 14, "color": "#d1495b"}
    traces = [surface, _marked(tried, x, y, "trials", dots), _marked([best], x, y, "best", star)]
    layout = {
        "xaxis": titled(x.name, is_log=x.log),
        "yaxis": titled(y.name, is_log=y.log),
        "legend": LEGEND,
    }
    return {f"Predicted objective over {x.name} and {y.name}": {"data": traces, "layout": layout}}


def _marked(trials: list[Trial], x: Range, y: Range, name: str, marker: dict[str, object]) -> dict[str, object]:
    return {
        "x": [trial.parameters.get(x.name) for trial in trials],
        "y": [trial.parameters.get(y.name) for trial in trials],
        "text": [f"trial {trial.index}" for trial in trials],
        "mode": "markers",
        "name": name,
        "marker": marker,
    }
