"""When trials ran, and what share of the slots' time they filled."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """The time of one trial.

    Attributes:
        index: The trial's index: trials were asked for in this order.
        start: When it began, seconds since 1970.
        seconds: How long it ran.
    """

    index: int
    start: float
    seconds: float

    @property
    def end(self) -> float:
        """When it ended, seconds since 1970."""
        return self.start + self.seconds


def wall_s(spans: Sequence[Span]) -> float:
    """Return the seconds from the first start to the last end."""
    return max(span.end for span in spans) - min(span.start for span in spans)


def utilisation(spans: Sequence[Span], slots: int) -> float:
    """Return the trials' seconds divided by ``slots`` times the seconds from the first start to the last end."""
    return sum(span.seconds for span in spans) / (slots * wall_s(spans))


def batch_share(run_times: Sequence[float], slots: int) -> float:
    """Return the utilisation of a scheduler that costs nothing and waits for each whole batch of ``slots`` trials.

    Args:
        run_times: Seconds of each trial, in the order of the trials.
        slots: Trials in a batch.
    """
    batches = [run_times[at : at + slots] for at in range(0, len(run_times), slots)]
    return sum(run_times) / (slots * sum(max(batch) for batch in batches))


def asynchronous_share(run_times: Sequence[float], slots: int) -> float:
    """Return the utilisation of a scheduler that costs nothing and starts the next trial when a slot falls free.

    It is below 1 since slots are empty at the end. This is list scheduling: R. L. Graham (1969), SIAM J. Appl.
    Math. 17, 416.

    Args:
        run_times: Seconds of each trial, in the order of the trials.
        slots: Trials at once.
    """
    ends = [0.0] * slots
    for seconds in run_times:
        heapq.heappush(ends, heapq.heappop(ends) + seconds)
    return sum(run_times) / (slots * max(ends))
