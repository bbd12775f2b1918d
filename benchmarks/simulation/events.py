"""Asynchronous workers in virtual time. The standard library only: peers simulate with it too."""

import heapq
from collections.abc import Callable, Mapping
from typing import Protocol

Parameters = Mapping[str, float]


class Asker(Protocol):
    """An optimizer as the simulation sees it."""

    def ask(self, n_left: int, now: float) -> tuple[int, Parameters] | None:
        """Return a new trial's index and parameters, or None if it must hear of an outcome first.

        Args:
            n_left: How many trials will still be asked for, this one among them.
            now: The virtual time.
        """

    def tell(self, index: int, value: float, now: float) -> None:
        """Take the value of a trial, to be minimised, at a virtual time."""

    def pause(self, n_left: int) -> None:
        """Use the time until the next trial ends; this is where an optimizer looks ahead.

        Args:
            n_left: How many trials will still be asked for.
        """


def simulate(
    asker: Asker,
    function: Callable[[Parameters], float],
    run_time: Callable[[int], float],
    *,
    slots: int,
    n_trials: int,
) -> list[float]:
    """Return the values of ``n_trials`` trials in the order in which they ended.

    A slot that falls free gets the next suggestion at once, made of the outcomes up to then; what it takes to make one
    does not count. An optimizer that looks ahead does so in :meth:`Asker.pause`, after the slots are filled and before
    the next trial ends, and so misses the outcomes that come after.

    Args:
        asker: What is asked.
        function: What is minimised.
        run_time: Virtual seconds of a trial, by index.
        slots: Trials at once.
        n_trials: Trials in total.

    Raises:
        RuntimeError: If the optimizer waits for an outcome while no trial runs.
    """
    running: list[tuple[float, int, float]] = []
    values: list[float] = []
    now = 0.0
    n_left = n_trials
    while len(values) < n_trials:
        while n_left and len(running) < slots:
            suggestion = asker.ask(n_left, now)
            if suggestion is None:
                break
            index, parameters = suggestion
            heapq.heappush(running, (now + run_time(index), index, function(parameters)))
            n_left -= 1
        if not running:
            raise RuntimeError(f"the optimizer waits for an outcome, and no trial runs ({n_left} are left)")
        if running[0][0] > now:
            asker.pause(n_left)
        now, index, value = heapq.heappop(running)
        asker.tell(index, value, now)
        values.append(value)
    return values
