"""What the figures of the parameters draw."""

import pytest

from hpo.report.parameters import parallel_coordinates
from hpo.study import Study
from tests.scripted import MakeStudy, completed


def told(make_study: MakeStudy, *values: float) -> Study:
    """Return a study whose trials had these values."""
    study = make_study(num_trials=len(values), slots=1)
    study.begin()
    for index, value in enumerate(values):
        study.ask()
        study.start(index)
        study.tell(index, completed(value))
    return study


def test_values_that_span_decades_are_coloured_by_their_logarithm(make_study: MakeStudy) -> None:
    """So one bad trial does not make all others look alike; the ticks of colours and axis are the values."""
    (trace,) = parallel_coordinates(told(make_study, 0.05, 3.0, 2000.0))["data"]
    exponents = pytest.approx([-1.30103, 0.47712, 3.30103], abs=1e-4)
    ticks = ([-1, 0, 1, 2, 3], ["0.1", "1", "10", "100", "1000"])
    axis, colours = trace["dimensions"][-1], trace["line"]["colorbar"]
    assert trace["line"]["color"] == axis["values"] == exponents
    assert (axis["tickvals"], axis["ticktext"]) == (colours["tickvals"], colours["ticktext"]) == ticks


def test_values_of_hundreds_of_decades_have_few_ticks(make_study: MakeStudy) -> None:
    """They would cover each other."""
    (trace,) = parallel_coordinates(told(make_study, 1e-150, 1e150))["data"]
    assert 5 <= len(trace["line"]["colorbar"]["tickvals"]) <= 9


@pytest.mark.parametrize("values", [(1.0, 50.0), (-1.0, 500.0)])
def test_other_values_are_coloured_as_they_are(make_study: MakeStudy, values: tuple[float, float]) -> None:
    """With the ticks that plotly takes."""
    (trace,) = parallel_coordinates(told(make_study, *values))["data"]
    assert trace["line"]["color"] == trace["dimensions"][-1]["values"] == list(values)
    assert "tickvals" not in trace["line"]["colorbar"]
