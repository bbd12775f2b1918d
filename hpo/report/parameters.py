"""The objective against the parameters, as it was measured."""

import math
from collections.abc import Sequence
from typing import Any

from hpo.report.curve import by_end, is_wide
from hpo.report.page import MAX_TICKS, Figure, titled
from hpo.space import Choice, Fixed, Range
from hpo.space.parameter import Parameter
from hpo.study.results import Results
from hpo.task import ParameterValue

N_COLUMNS = 3
HEIGHT = 260  # pixels of a row
AXIS_WIDTH = 80  # pixels that a parallel coordinate wants
MARGIN = {"t": 70, "r": 60}  # pixels around parallel coordinates, whose labels stand above and right of the axes
# To be seen on white and on black: what matters is red.
COLOURS = ((0.0, "#d1495b"), (0.5, "#c99a3f"), (1.0, "#7fa6c4"))


def varying(results: Results) -> list[Parameter]:
    """Return the parameters that are searched."""
    return [parameter for parameter in results.space.parameters if not isinstance(parameter, Fixed)]


def spaced(parameter: Range, n_values: int) -> list[ParameterValue]:
    """Return values of a range from bound to bound, evenly on its own scale; fewer where it has not so many.

    Args:
        parameter: The range.
        n_values: How many, at least 2.
    """
    lower, upper = float(parameter.lower), float(parameter.upper)
    shares = [step / (n_values - 1) for step in range(n_values)]
    if parameter.log:
        values = [math.exp((1 - share) * math.log(lower) + share * math.log(upper)) for share in shares]
    else:
        values = [(1 - share) * lower + share * upper for share in shares]
    return list(dict.fromkeys(map(parameter.nearest, values)))


def against_each(results: Results) -> Figure:
    """Return the objective of the completed trials against each parameter; later ones are red."""
    trials = by_end(results)
    parameters = varying(results)
    n_columns = min(N_COLUMNS, len(parameters))
    n_rows = math.ceil(len(parameters) / n_columns)
    values = [results.value(trial) for trial in trials]
    names = [f"trial {trial.index}" for trial in trials]
    marker = {"color": list(range(len(trials))), "colorscale": COLOURS, "reversescale": True, "size": 7}
    traces = []
    layout: dict[str, Any] = {
        "grid": {"rows": n_rows, "columns": n_columns, "pattern": "independent", "ygap": 0.35, "xgap": 0.08},
        "showlegend": False,
        "height": HEIGHT * n_rows + 60,
    }
    for position, parameter in enumerate(parameters):
        number = "" if position == 0 else str(position + 1)  # as plotly numbers axes
        points = [_shown(trial.parameters.get(parameter.name)) for trial in trials]
        axes = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        traces.append({"x": points, "y": values, "text": names, "mode": "markers", "marker": marker, **axes})
        layout[f"xaxis{number}"] = _axis_of(parameter)
        is_left = position % n_columns == 0
        layout[f"yaxis{number}"] = {
            **titled(results.objective.metric if is_left else "", is_log=is_wide(values)),
            **({"matches": "y"} if number else {}),
            "showticklabels": is_left,
        }
    return {"data": traces, "layout": layout}


def _axis_of(parameter: Parameter) -> dict[str, Any]:
    """Return the axis along which a parameter's values lie; names in the order of the space."""
    names = [_shown(value) for value in parameter.values] if isinstance(parameter, Choice) else []
    has_order = {"type": "category", "categoryarray": names} if any(isinstance(name, str) for name in names) else {}
    return {**titled(parameter.name, is_log=isinstance(parameter, Range) and parameter.log), **has_order}


def parallel_coordinates(results: Results) -> Figure:
    """Return the completed trials as lines through all parameters, coloured by the objective.

    Values that span decades are spread over the colours, and along their axis, by their logarithm.
    """
    trials = by_end(results)
    values = [results.value(trial) for trial in trials]
    scale = _decades(values) if is_wide(values) else {}
    shown = [math.log10(value) for value in values] if scale else values
    dimensions = [
        _dimension(parameter, [trial.parameters.get(parameter.name) for trial in trials])
        for parameter in varying(results)
    ]
    dimensions.append({"label": results.objective.metric, "values": shown, **scale})
    line = {
        "color": shown,
        "colorscale": COLOURS,
        "reversescale": not results.objective.is_minimized,
        "showscale": True,
        "colorbar": {"thickness": 12, "outlinewidth": 0, **scale},
    }
    traces = [{"type": "parcoords", "line": line, "dimensions": dimensions}]
    return {"data": traces, "layout": {"margin": MARGIN}, "min_width": AXIS_WIDTH * (len(dimensions) + 1)}


def _decades(values: Sequence[float]) -> dict[str, object]:
    """Return the ticks of a scale along which the logarithm of ``values`` lies: the values, at powers of ten."""
    first, last = math.ceil(math.log10(min(values))), math.floor(math.log10(max(values)))
    exponents = range(first, last + 1, -(-(last - first) // MAX_TICKS))
    return {"tickvals": list(exponents), "ticktext": [f"{10.0**exponent:g}" for exponent in exponents]}


def _dimension(parameter: Parameter, values: list[object]) -> dict[str, object]:
    if isinstance(parameter, Range):
        numbers = [float(str(value)) for value in values]
        if not parameter.log:
            return {"label": parameter.name, "values": numbers}
        exponents = [math.log10(number) if number > 0 else math.nan for number in numbers]
        return {"label": f"log10 {parameter.name}", "values": exponents}
    names = list(dict.fromkeys([*map(_shown, getattr(parameter, "values", ())), *map(_shown, values)]))
    return {
        "label": parameter.name,
        "values": [names.index(_shown(value)) for value in values],
        "tickvals": list(range(len(names))),
        "ticktext": [str(name) for name in names],
    }


def _shown(value: object) -> object:
    return str(value) if isinstance(value, bool | str) else value
