"""The journal and what it adds up to, always in step."""

from contextlib import ExitStack

from hpo.errors import DamagedStudyError
from hpo.study.journal import Journal
from hpo.study.ledger import Ledger
from hpo.study.lock import StudyLock
from hpo.study.paths import StudyPaths
from hpo.study.trial import Outcome


class History:
    """What has happened to a study so far, and the one place where more is added.

    Attributes:
        ledger: What the journal adds up to.

    Making one takes the study for this process, until :meth:`close`.

    Args:
        paths: Where the study lies; its journal is begun if it is not there.

    Raises:
        StudyInUseError: If another process has the study.
        StorageError: If it cannot be written.
        DamagedStudyError: If the journal is damaged.
    """

    def __init__(self, paths: StudyPaths) -> None:
        self._lock = StudyLock(paths.lock)
        self._lock.acquire()
        with ExitStack() as stack:
            stack.callback(self._lock.release)
            self._journal = Journal(paths.journal)
            stack.callback(self._journal.close)
            self.ledger = Ledger.read(paths.journal)
            if not self.ledger.trials and any(paths.trials.glob("*")):
                raise DamagedStudyError(
                    f"{paths.journal} has no trials, and {paths.trials} has (the journal is the record of a study). "
                    f"Restore it from a backup, or make a new study: its trials can be taken from trials.csv with "
                    f"restart=warm_start."
                )
            stack.pop_all()

    @property
    def is_short(self) -> bool:
        """Whether the disk is full: what has ended can still be written, but nothing should begin."""
        return self._journal.is_short

    def check(self) -> None:
        """Make sure that this process still has the study.

        Raises:
            StudyLostError: If another one may have it.
        """
        self._lock.check()

    def write(self, event: str, **fields: object) -> None:
        """Journal an event, then take it into account.

        Raises:
            StorageError: If the journal cannot be written; then the event did not happen.
            StudyLostError: If another process may have the study.
        """
        self.check()
        self.ledger.apply(self._journal.append(event, **fields))

    def end(self, index: int, outcome: Outcome) -> None:
        """Journal the outcome of trial ``index``; it raises what :meth:`write` does."""
        self.write(outcome.status.event, index=index, **outcome.to_json())

    def requeue(self, index: int, reason: str, *, is_retry: bool) -> None:
        """Journal that trial ``index`` is run again; it raises what :meth:`write` does.

        Args:
            index: The trial.
            reason: Why.
            is_retry: Whether that counts against ``failures.retries``.
        """
        attempt = self.ledger.trials[index].attempt + 1
        self.write("requeued", index=index, attempt=attempt, reason=reason, is_retry=is_retry)

    def note(self, event: str, **fields: object) -> None:
        """Journal an event that may be lost if the power fails; otherwise as :meth:`write`."""
        self.check()
        self.ledger.apply(self._journal.note(event, **fields))

    def close(self) -> None:
        """Close the journal and let others have the study. Closing twice is allowed."""
        self._journal.close()
        self._lock.release()
