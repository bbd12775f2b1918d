"""How sure the model is of the best parameters: where else each of them could lie."""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context

from hpo.report.parameters import spaced, varying
from hpo.space import Choice, Range
from hpo.space.parameter import Parameter
from hpo.study.results import Results
from hpo.task import ParameterValue

N_VALUES = 32  # of a range that are looked at

Point = Mapping[str, ParameterValue]
Predict = Callable[[Sequence[Point]], Sequence[tuple[float, float]]]


def as_good(results: Results, predict: Predict) -> dict[str, str]:
    """Return, for each parameter that varies, the values that the model cannot tell from that of the best trial.

    The others stay at their best values, and all within the space. A value is as good if the predicted objective less
    its standard deviation is no worse than that of the best trial with its own added.

    Args:
        results: What is known of the study.
        predict: Returns mean and standard deviation of the objective at points of the space.
    """
    best = results.best
    if best is None:
        return {}
    sign = 1.0 if results.objective.is_minimized else -1.0
    ((mean, deviation),) = predict([best.parameters])
    limit = sign * mean + deviation
    found = {}
    for parameter in varying(results):
        own = best.parameters[parameter.name]
        values = [value for value in _values(parameter, own) if _contains(results, best.parameters, parameter, value)]
        predicted = predict([{**best.parameters, parameter.name: value} for value in values])
        is_good = [sign * mean - deviation <= limit for mean, deviation in predicted]
        found[parameter.name] = _worded(parameter, own, values, is_good)
    return found


def _contains(results: Results, best: Point, parameter: Parameter, value: ParameterValue) -> bool:
    return value == best[parameter.name] or results.space.contains({**best, parameter.name: value})


def _worded(
    parameter: Parameter, own: ParameterValue, values: Sequence[ParameterValue], is_good: Sequence[bool]
) -> str:
    if not isinstance(parameter, Range):
        return ", ".join(str(value) for value, good in zip(values, is_good, strict=True) if good or value == own)
    first = last = values.index(own)
    while first > 0 and is_good[first - 1]:
        first -= 1
    while last + 1 < len(values) and is_good[last + 1]:
        last += 1
    lower, upper = _rounded(values[first], ROUND_FLOOR), _rounded(values[last], ROUND_CEILING)
    return _rounded(own, ROUND_HALF_EVEN) if first == last else f"{lower} to {upper}"


def _rounded(value: ParameterValue, rounding: str) -> str:
    """Return a value to three digits: of a range no more were looked at, and its ends are in it."""
    if not isinstance(value, float):
        return str(value)
    return f"{float(Context(prec=3, rounding=rounding).create_decimal(repr(value))):.3g}"


def _values(parameter: Parameter, own: ParameterValue) -> Sequence[ParameterValue]:
    if isinstance(parameter, Choice):
        return parameter.values
    if isinstance(parameter, Range):
        return sorted({own, *spaced(parameter, N_VALUES)}, key=float)
    return [own]
