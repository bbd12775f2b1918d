"""Trials whose attempt was lost for a fault outside of them: which are run again."""

import logging
from collections import Counter

from hpo.study.history import History
from hpo.study.trial import Outcome

log = logging.getLogger(__name__)


class Retries:
    """Runs lost trials again, each at most ``limit`` times in all sessions together.

    Those times do not count at which a worker was lost before it began the trial, as long as they are no more in this
    session than there are slots, whose workers may all be lost at once. If they are more, workers do not start.

    Args:
        history: Where that is written down.
        limit: Retries of a trial, ``failures.retries``.
        slots: Trials in flight at most.
    """

    def __init__(self, history: History, limit: int, slots: int) -> None:
        self._history = history
        self._limit = limit
        self._slots = slots
        self._n_unbegun: Counter[int] = Counter()

    def requeue(self, index: int, outcome: Outcome) -> bool:
        """Journal that trial ``index`` is run again after an attempt with that ``outcome``, if it has a retry left.

        Returns:
            Whether it is run again.

        Raises:
            StorageError: If the journal cannot be written.
        """
        ledger = self._history.ledger
        is_retry = index in ledger.began_at or self._n_unbegun[index] >= self._slots
        if is_retry and ledger.n_retries[index] >= self._limit:
            return False
        log.warning("Trial %04d is run again: %s", index, outcome.reason)
        self._history.requeue(index, outcome.reason or str(outcome.status), is_retry=is_retry)
        self._n_unbegun[index] += not is_retry
        return True
