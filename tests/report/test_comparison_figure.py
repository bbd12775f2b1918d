"""What the figures of a multirun draw, from curves that are given."""

from collections.abc import Sequence

import pytest

from hpo.report.comparison_figure import curves_figure, has_log_axis
from hpo.report.curve import Curve


def curve(best: Sequence[float | None], ends_s: Sequence[float]) -> Curve:
    return Curve("demo", (), [0.0 if value is None else value for value in best], best, ends_s)


def test_a_band_on_a_logarithmic_axis_stays_above_zero() -> None:
    """A standard deviation below the mean of values that span decades would be negative: it ends at the lowest."""
    groups = {"one": [curve([100.0, 0.1], [1.0, 2.0]), curve([1.0, 0.2], [1.0, 2.0])]}
    figure = curves_figure(groups, "loss", by_time=False)
    lower, upper = (trace["y"] for trace in figure["data"] if trace["line"]["width"] == 0)
    assert has_log_axis(groups)
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert lower == pytest.approx([1.0, 0.1])
    assert upper == pytest.approx([50.5 + 99 / 2**0.5, 0.15 + 0.1 / 2**0.5])


def test_a_band_on_a_linear_axis_is_a_standard_deviation_to_both_sides() -> None:
    """Also below zero, where values of a few sizes or signs have a linear axis."""
    groups = {"one": [curve([5.0, 1.0], [1.0, 2.0]), curve([3.0, -1.0], [1.0, 2.0])]}
    figure = curves_figure(groups, "loss", by_time=False)
    lower, upper = (trace["y"] for trace in figure["data"] if trace["line"]["width"] == 0)
    assert not has_log_axis(groups)
    assert "type" not in figure["layout"]["yaxis"]
    assert lower == pytest.approx([4 - 2**0.5, -(2**0.5)])
    assert upper == pytest.approx([4 + 2**0.5, 2**0.5])


def test_one_axis_is_decided_for_all_groups() -> None:
    """Values of one size in each group, and of several sizes together, want a logarithmic axis."""
    one, other = [curve([3.0, 1.0], [1.0, 2.0])], [curve([900.0, 500.0], [1.0, 2.0])]
    assert not has_log_axis({"one": one})
    assert not has_log_axis({"other": other})
    assert has_log_axis({"one": one, "other": other})


@pytest.mark.parametrize(("by_time", "edge", "ends"), [(False, 3.0, [2.0, 1.0, 2.0]), (True, 9.0, [5.0, 4.0, 5.0])])
def test_all_lines_go_on_to_the_right_edge(by_time: bool, edge: float, ends: Sequence[float]) -> None:
    """From its last completed trial on, where the dot is, a line that ends early is dotted at its last value."""
    short = [curve([None, 4.0], [1.0, 5.0]), curve([6.0], [4.0])]
    figure = curves_figure({"long": [curve([7.0, 5.0, 5.0], [3.0, 6.0, 9.0])], "short": short}, "loss", by_time=by_time)
    dotted = [trace for trace in figure["data"] if trace["line"].get("dash") == "dot"]
    assert [trace["x"] for trace in dotted] == [[end, edge] for end in ends]
    assert [trace["y"] for trace in dotted] == [[4.0, 4.0], [6.0, 6.0], [5.0, 5.0]]
    assert all(trace["marker"]["size"][0] > 0 == trace["marker"]["size"][1] for trace in dotted)
    assert figure["layout"]["xaxis"]["range"][1] == edge
