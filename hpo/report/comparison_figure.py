"""The best value so far of several groups of studies: mean, spread over the seeds, and single studies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hpo.report.curve import Band, Curve, is_wide
from hpo.report.page import LEGEND, MAX_TICKS, Figure, titled

COLOURS = ("#2a78b8", "#d1802b", "#2a9d8f", "#d1495b", "#8a63b3", "#8c6d31", "#5b7a8c", "#b55d9c")
WORDS = (
    "The best value so far: the mean over the studies of a group, with a band of a standard deviation to both sides, "
    "and each study as a thin line. After its last completed trial, the dot, a line goes on dotted at its last value."
)
LOG_WORDS = "The values span decades, so the axis is logarithmic; no band reaches below the lowest of its studies."

Groups = Mapping[str, Sequence[Curve]]


@dataclass(frozen=True)
class _Axes:
    """What the lines are drawn over.

    Attributes:
        by_time: Whether over seconds rather than over completed trials.
        is_log: Whether the values are on a logarithmic axis.
        edge: The largest position at which a trial of any study ended.
    """

    by_time: bool
    is_log: bool
    edge: float


def curves_figure(groups: Groups, metric: str, *, by_time: bool) -> Figure:
    """Return the best value so far of each group: mean, spread and single studies, on to the right edge.

    Args:
        groups: Curves by the name of the group, at least one of each.
        metric: What the objective is called.
        by_time: Whether over seconds rather than over completed trials.
    """
    positions = [x for curves in groups.values() for curve in curves for x in curve.positions(by_time=by_time)]
    axes = _Axes(by_time, has_log_axis(groups), max(positions))
    traces = [
        trace
        for position, (group, curves) in enumerate(groups.items())
        for trace in _traces(group, curves, COLOURS[position % len(COLOURS)], axes)
    ]
    title = "s since the first trial began, without pauses" if by_time else "completed trials"
    layout = {
        "xaxis": {**titled(title), "range": [min(positions), axes.edge]},
        "yaxis": {**titled(f"best {metric} so far", is_log=axes.is_log), "nticks": MAX_TICKS},
        "legend": LEGEND,
        "height": 460,
    }
    return {"data": traces, "layout": layout}


def has_log_axis(groups: Groups) -> bool:
    """Tell whether the best values so far of all groups together are shown best on a logarithmic axis."""
    return is_wide(
        [value for curves in groups.values() for curve in curves for value in curve.best if value is not None]
    )


def _traces(group: str, curves: Sequence[Curve], colour: str, axes: _Axes) -> Iterator[dict[str, Any]]:
    band = Band.of(curves, by_time=axes.by_time)
    shared = {"legendgroup": group, "mode": "lines"}
    if len(curves) > 1:
        thin = {"line": {"shape": "hv", "width": 1, "color": colour}, "opacity": 0.6, "showlegend": False, **shared}
        for curve in curves:
            own = {"x": curve.positions(by_time=axes.by_time), "y": curve.best, "name": curve.name, **thin}
            yield from _to_the_edge(own, axes.edge)
        lower = list(map(max, band.lower, band.lowest)) if axes.is_log else band.lower
        hidden = {"showlegend": False, "hoverinfo": "skip", "line": {"shape": "hv", "width": 0}, **shared}
        yield {"x": band.xs, "y": lower, **hidden}
        yield {"x": band.xs, "y": band.upper, "fill": "tonexty", "fillcolor": _faint(colour), **hidden}
    mean = {"name": group, "line": {"shape": "hv", "width": 3, "color": colour}, **shared}
    yield from _to_the_edge({"x": band.xs, "y": band.means, **mean}, axes.edge)


def _to_the_edge(line: dict[str, Any], edge: float) -> Iterator[dict[str, Any]]:
    """Yield a line and, where it ends before the edge, a dot at its end and its last value from there on, dotted."""
    yield line
    last, look = line["x"][-1], line["line"]
    if last < edge:
        marker = {"size": [2 * look["width"] + 3, 0], "color": look["color"], "opacity": 1, "line": {"width": 0}}
        on = {"x": [last, edge], "y": [line["y"][-1]] * 2, "line": {**look, "dash": "dot"}, "showlegend": False}
        yield {**line, **on, "mode": "lines+markers", "marker": marker}


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"
