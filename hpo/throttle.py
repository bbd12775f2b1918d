"""How often something that costs time may be repeated."""

import time
from collections.abc import Callable


class Throttle:
    """Lets an action run at most once an interval, and never for more than a small share of the time.

    Args:
        interval_s: Shortest time between two runs, in s.
        share: Largest share of the time that the action may take.
        starts_due: Whether the first run may be at once, not an interval from now.
    """

    def __init__(self, interval_s: float = 1.0, share: float = 0.02, *, starts_due: bool = True) -> None:
        self._interval_s = interval_s
        self._share = share
        self._due_at = 0.0 if starts_due else time.monotonic() + interval_s

    def run(self, action: Callable[[], object]) -> bool:
        """Run ``action`` if it is due; return whether it ran."""
        began = time.monotonic()
        if began < self._due_at:
            return False
        try:
            action()
        finally:
            ended = time.monotonic()
            self._due_at = ended + max(self._interval_s, (ended - began) / self._share)
        return True
