"""When a trial that looks hopeless is stopped early: the settings. A tuner keeps them."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from hpo.errors import Fault, raise_faults


class Scheduler(ABC):
    """What decides how long a trial may run."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The choice of the group ``scheduler``, as messages call it."""


@dataclass(frozen=True)
class RunToEnd(Scheduler):
    """Lets every trial run to its end."""

    @property
    def name(self) -> str:
        """``none``."""
        return "none"


RUN_TO_END = RunToEnd()


@dataclass(frozen=True, kw_only=True)
class EarlyStopping(Scheduler):
    """Compares the trials by the objective of their reports, step by step, and stops the hopeless ones.

    A step is what the task reports as one: an epoch, an iteration.

    Attributes:
        grace_steps: The first step at which a trial may be stopped, from 1.
        stop_within_s: Longest time for a stopped trial to come to its next report, in s; then its process is ended.

    Raises:
        InputError: If settings are out of range, with all that are.
    """

    grace_steps: int = 1
    stop_within_s: float = 10.0

    def __post_init__(self) -> None:
        raise_faults(self._faults())

    def _faults(self) -> Iterator[Fault]:
        yield from _count_faults("scheduler.grace_steps", self.grace_steps, "steps")
        if not (_is_number(self.stop_within_s) and self.stop_within_s >= 0):
            yield Fault(
                f"scheduler.stop_within_s={self.stop_within_s} is no time",
                "it takes 0 or more, in s",
                "Set scheduler.stop_within_s=10",
            )


@dataclass(frozen=True, kw_only=True)
class Asha(EarlyStopping):
    """Asynchronous successive halving (L. Li et al., MLSys 2020, arXiv:1810.05934), in the form that stops trials.

    There are rungs at ``grace_steps`` times the powers of ``reduction_factor``. A trial that comes to a rung goes on if
    its objective is among the best 1/``reduction_factor`` of those that came there before it.

    Attributes:
        reduction_factor: Above 1.
        max_steps: No rung lies beyond this step; None for no such limit.
    """

    reduction_factor: float = 3
    max_steps: int | None = None

    @property
    def name(self) -> str:
        """``asha``."""
        return "asha"

    def _faults(self) -> Iterator[Fault]:
        found = [*super()._faults()]
        yield from found
        if not (_is_number(self.reduction_factor) and self.reduction_factor > 1):
            yield Fault(
                f"scheduler.reduction_factor={self.reduction_factor} reduces nothing",
                "it takes a number above 1",
                "Set scheduler.reduction_factor=3",
            )
        if self.max_steps is not None:
            wrong = [*_count_faults("scheduler.max_steps", self.max_steps, "steps")]
            yield from wrong
            if not found and not wrong and self.max_steps < self.grace_steps:
                yield Fault(
                    f"scheduler.max_steps={self.max_steps} is below scheduler.grace_steps={self.grace_steps}",
                    "the first rung is at scheduler.grace_steps",
                    "Set scheduler.max_steps=null for no limit",
                )


@dataclass(frozen=True, kw_only=True)
class Median(EarlyStopping):
    """The median stopping rule (D. Golovin et al., KDD 2017, Google Vizier).

    A trial is stopped whose best objective so far is worse than the median, over the other trials that came as far, of
    their mean objectives from ``grace_steps`` up to this step.

    Attributes:
        min_trials: So many others must have come as far, at least 1.
    """

    min_trials: int = 3

    @property
    def name(self) -> str:
        """``median``."""
        return "median"

    def _faults(self) -> Iterator[Fault]:
        yield from super()._faults()
        yield from _count_faults("scheduler.min_trials", self.min_trials, "trials")


def _count_faults(key: str, value: object, what: str) -> Iterator[Fault]:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        yield Fault(f"{key}={value} is no number of {what}", "it takes 1 or more", f"Set {key}=1")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
