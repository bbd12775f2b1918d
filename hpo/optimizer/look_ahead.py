"""How many suggestions are kept ready for slots that will fall free."""

import statistics
from bisect import bisect_left, bisect_right
from collections import deque

# A suggestion that was made ahead lacks the outcomes that came in since. One that is made when a slot has fallen free
# lacks none, and the slot waits. This share of the slots' time may be spent on waiting: a lacking outcome costs about
# as much (docs/decisions/0014).
TOLERATED_WAIT = 0.05

N_BLIND = 32  # points that depend on no outcome: so many are ready always

N_REMEMBERED = 32  # trials and suggestions whose times are looked at


class LookAhead:
    """Finds the least number of suggestions that keeps the slots from waiting.

    Where b slots fall free together, k suggestions are ready and each further one takes g seconds, the slots wait
    (1 + 2 + … + (b - k)) g seconds in all. Spread over b trials of T seconds that is the share

        w(k) = g (b - k) (b - k + 1) / (2 b T)

    of their time, and k is the least number for which it is tolerable. With long trials it is 0, and a suggestion rests
    on every outcome; with short ones, or many that end together, it grows up to the number of slots.

    Args:
        slots: Trials in flight at most.
        n_fixed: The number, if it was given; None to find it.
    """

    def __init__(self, slots: int, n_fixed: int | None = None) -> None:
        self._slots = slots
        self._n_fixed = n_fixed
        self._asked_at: dict[int, float] = {}
        self._ended_at: deque[float] = deque(maxlen=N_REMEMBERED)
        self._trials_s: deque[float] = deque(maxlen=N_REMEMBERED)
        self._generation_s: deque[float] = deque(maxlen=N_REMEMBERED // 4)  # it grows with the number of trials

    def asked(self, index: int, at: float) -> None:
        """Take note that trial ``index`` was given to a slot ``at`` a time, in s of any clock."""
        self._asked_at[index] = at

    def told(self, index: int, at: float) -> None:
        """Take note that trial ``index`` ended ``at`` a time of the same clock."""
        self._ended_at.append(at)
        began = self._asked_at.pop(index, None)
        if began is not None:
            self._trials_s.append(at - began)

    def made(self, generation_s: float) -> None:
        """Take note of how long a suggestion took to make, in s."""
        self._generation_s.append(generation_s)

    @property
    def n_ready(self) -> int:
        """How many suggestions should be ready."""
        if self._n_fixed is not None:
            return self._n_fixed
        if not self._trials_s or not self._generation_s:
            return 0
        trial_s = max(statistics.fmean(self._trials_s), 1e-6)
        generation_s = statistics.median(self._generation_s)
        burst = min(self._burst(generation_s), self._slots)
        n_ready = 0
        while n_ready < burst and _wait(generation_s, burst - n_ready) / (burst * trial_s) > TOLERATED_WAIT:
            n_ready += 1
        return n_ready

    def _burst(self, window_s: float) -> int:
        """Return how many trials end within ``window_s`` before or after the end of one, itself among them."""
        ends = sorted(self._ended_at)
        counts = [bisect_right(ends, end + window_s) - bisect_left(ends, end - window_s) for end in ends]
        return round(statistics.fmean(counts))


def _wait(generation_s: float, n_slots: int) -> float:
    """Return how long ``n_slots`` slots wait in all if a suggestion for each is made in turn, in s."""
    return generation_s * n_slots * (n_slots + 1) / 2
