"""Means with the 95 % confidence interval of Student's t."""

import math
import statistics
from collections.abc import Sequence

from scipy.stats import t

_LEVEL = 0.95


def mean_and_half_width(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean of independent values and half of its confidence interval; None for a single value."""
    if len(values) == 1:
        return values[0], None
    quantile = float(t.ppf((1 + _LEVEL) / 2, len(values) - 1))
    return statistics.fmean(values), quantile * statistics.stdev(values) / math.sqrt(len(values))


def paired_difference(values: Sequence[float], others: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean of ``values`` less ``others``, pair by pair, and half of its confidence interval."""
    return mean_and_half_width([value - other for value, other in zip(values, others, strict=True)])
