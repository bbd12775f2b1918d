"""Why a study begins nothing new although trials are left."""

import time

from hpo.failures import Failures
from hpo.interruption import Interruption
from hpo.study.trial import Status


class Stopping:
    """Whether a study stops, and whether the trials that run have had their time.

    Attributes:
        reason: Why it stops of its own accord; None while it does not.

    Args:
        interruption: What may ask it to stop.
        failures: How many trials may fail.
    """

    def __init__(self, interruption: Interruption, failures: Failures) -> None:
        self._interruption = interruption
        self._failures = failures
        self._n_ended = 0
        self._n_failed = 0
        self._began = 0.0
        self.reason: str | None = None

    @property
    def has_begun(self) -> bool:
        """Whether nothing new begins."""
        return self._interruption.is_requested or self.reason is not None

    @property
    def is_overdue(self) -> bool:
        """Whether the time of grace for the trials that run is over."""
        has_waited = time.monotonic() - self._began >= self._interruption.grace_s
        return self._interruption.is_overdue or (self.reason is not None and has_waited)

    def count(self, status: Status) -> None:
        """Take note of a trial that ended; past the share of failures it is a reason to stop."""
        self._n_ended += 1
        self._n_failed += status.is_failure
        if self._failures.are_too_many(self._n_failed, self._n_ended):
            self.begin(f"{self._n_failed} of {self._n_ended} trials failed")

    def begin(self, reason: str) -> None:
        """Stop for ``reason``; the first one stays."""
        if self.reason is None:
            self.reason = reason
            self._began = time.monotonic()
