"""The best value so far: of one study, and of several that differ in the seed only."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from hpo.multirun.comparison import mean_and_std
from hpo.study.results import Results
from hpo.study.trial import Trial

MAX_POINTS = 400  # of a mean; more do not show
WIDE = 100.0  # ratio of values from which on a linear axis shows little


def by_end(results: Results) -> list[Trial]:
    """Return the completed trials in the order of their ends; those from elsewhere first."""
    completed = [trial for trial in results.trials if trial.is_completed]
    return sorted(completed, key=lambda trial: (_ended_at(trial), trial.index))


@dataclass(frozen=True)
class Curve:
    """How the objective of one study went, completed trial by completed trial.

    Attributes:
        name: What it is called.
        trials: The completed trials, in the order of their ends.
        values: The objective of each.
        best: The best value up to each that keeps to the constraints; None before there is one.
        ends_s: When each ended: s of the sessions' wall time, without the pauses between them.
    """

    name: str
    trials: Sequence[Trial]
    values: Sequence[float]
    best: Sequence[float | None]
    ends_s: Sequence[float]

    @classmethod
    def of(cls, results: Results, name: str) -> Self:
        """Return the curve of a study."""
        objective = results.objective
        trials = by_end(results)
        values = [results.value(trial) for trial in trials]
        best: list[float | None] = []
        for trial, value in zip(trials, values, strict=True):
            last = best[-1] if best else None
            is_better = objective.feasible(trial.metrics) and (last is None or objective.better(value, last))
            best.append(value if is_better else last)
        ends_s = _ends_s(results)
        return cls(name, trials, values, best, [ends_s.get(trial.index, 0.0) for trial in trials])

    @property
    def numbers(self) -> Sequence[float]:
        """How many trials had completed when each of them ended."""
        return [float(number) for number in range(1, len(self.best) + 1)]

    def positions(self, *, by_time: bool) -> Sequence[float]:
        """Where the trials ended: :attr:`ends_s` or :attr:`numbers`."""
        return self.ends_s if by_time else self.numbers

    def at(self, xs: Sequence[float], positions: Sequence[float]) -> list[float | None]:
        """Return the best so far at each of ``positions``, where ``xs`` says at which the trials ended."""
        found = [bisect_right(xs, position) - 1 for position in positions]
        return [self.best[index] if index >= 0 else None for index in found]


@dataclass(frozen=True)
class Band:
    """Mean and spread of several curves.

    Attributes:
        xs: Where; trials or s.
        means: The mean of the best values so far.
        lower, upper: A standard deviation (with n - 1) below and above it; the mean itself of a single curve.
        lowest: The lowest of the values.
    """

    xs: Sequence[float]
    means: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]
    lowest: Sequence[float]

    @classmethod
    def of(cls, curves: Sequence[Curve], *, by_time: bool) -> Self:
        """Return mean and spread from where all curves have a best value; a study that is over keeps its last.

        Args:
            curves: At least one.
            by_time: Whether over seconds rather than over completed trials.
        """
        axes = [curve.positions(by_time=by_time) for curve in curves]
        positions = thinned(sorted({x for axis in axes for x in axis}))
        columns = zip(*(curve.at(axis, positions) for curve, axis in zip(curves, axes, strict=True)), strict=True)
        known = [
            (x, [value for value in column if value is not None]) for x, column in zip(positions, columns, strict=True)
        ]
        complete = [(x, values) for x, values in known if len(values) == len(curves)]
        means = [mean_and_std(values)[0] for _, values in complete]
        spreads = [mean_and_std(values)[1] if len(curves) > 1 else 0.0 for _, values in complete]
        return cls(
            [x for x, _ in complete],
            means,
            [mean - spread for mean, spread in zip(means, spreads, strict=True)],
            [mean + spread for mean, spread in zip(means, spreads, strict=True)],
            [min(values) for _, values in complete],
        )


def thinned(positions: Sequence[float]) -> list[float]:
    """Return at most about :data:`MAX_POINTS` of ``positions``, the last one among them."""
    step = -(-len(positions) // MAX_POINTS) or 1
    return [*positions[:-1:step], *positions[-1:]]


def is_wide(values: Sequence[float]) -> bool:
    """Tell whether ``values`` are shown best on a logarithmic axis."""
    return bool(values) and min(values) > 0 and max(values) > WIDE * min(values)


def _ends_s(results: Results) -> dict[int, float]:
    before = list(accumulate((session.wall_s for session in results.ledger.sessions), initial=0.0))
    turns = [turn for turn in results.timeline().turns if turn.attempt.status is not None]
    return {turn.attempt.index: before[turn.attempt.session] + turn.began_s + turn.seconds for turn in turns}


def _ended_at(trial: Trial) -> float:
    outcome = trial.outcome
    return 0.0 if outcome is None or outcome.started_at is None else outcome.started_at + outcome.seconds
