"""What is simulated, and what the program used up of it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """What is simulated.

    Attributes:
        slots: Trials in flight.
        trial_s: Mean run time of a trial, in virtual s.
        n_trials: Trials in total.
    """

    slots: int
    trial_s: float
    n_trials: int

    @property
    def rate(self) -> float:
        """Trials a second that keep the slots busy."""
        return self.slots / self.trial_s


@dataclass
class Spent:
    """What the program used up, without what simulates the rest.

    Attributes:
        cpu_s: Processor time of this process, in s.
    """

    cpu_s: float = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what this block uses up."""
        cpu_s = time.process_time()
        try:
            yield
        finally:
            self.cpu_s += time.process_time() - cpu_s
