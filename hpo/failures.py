"""What happens to trials that end badly: when they are ended, run again, and when they are too many."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hpo.errors import Fault, raise_faults

MIN_ENDED = 10  # of fewer trials a share says little


@dataclass(frozen=True, kw_only=True)
class Failures:
    """The rules for trials that end without data.

    Attributes:
        trial_timeout_s: Longest time a trial may run, in s; then its process is ended. None for no limit.
        retries: How often a trial is run again, from its checkpoint, whose worker was killed or whose node was lost.
        max_share: The study stops once more than this share of the trials that ended in this session, at least
            :data:`MIN_ENDED`, failed.

    Raises:
        InputError: If a number is out of range.
    """

    trial_timeout_s: float | None = None
    retries: int = 2
    max_share: float = 0.75

    def __post_init__(self) -> None:
        raise_faults(self._faults())

    def _faults(self) -> Iterator[Fault]:
        timeout_s = self.trial_timeout_s
        if timeout_s is not None and not (_is_number(timeout_s) and timeout_s > 0):
            yield Fault(
                f"failures.trial_timeout_s={timeout_s} leaves a trial no time",
                "it takes a number above 0, in s, or null for no limit",
                "Set failures.trial_timeout_s=3600",
            )
        if isinstance(self.retries, bool) or not isinstance(self.retries, int) or self.retries < 0:
            yield Fault(
                f"failures.retries={self.retries} is no number of attempts",
                "it takes 0 or more",
                "Set failures.retries=2",
            )
        if not (_is_number(self.max_share) and 0 <= self.max_share <= 1):
            yield Fault(
                f"failures.max_share={self.max_share} is no share",
                "it takes 0 to 1, where 1 never stops the study",
                "Set failures.max_share=0.75",
            )

    def are_too_many(self, n_failed: int, n_ended: int) -> bool:
        """Tell whether ``n_failed`` of ``n_ended`` trials are reason to stop."""
        return n_ended >= MIN_ENDED and n_failed > self.max_share * n_ended


def commonest(reasons: Iterable[str], n: int = 3) -> list[tuple[str, int]]:
    """Return the ``n`` commonest reasons with their numbers; numbers within them do not tell reasons apart."""
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for reason in reasons:
        kind = re.sub(r"\d+", "#", reason)
        counts[kind] += 1
        first.setdefault(kind, reason)
    return [(first[kind], count) for kind, count in counts.most_common(n)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
