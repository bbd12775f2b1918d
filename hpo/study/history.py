"""The journal and what it adds up to, always in step."""

from hpo.study.journal import Journal
from hpo.study.ledger import Ledger
from hpo.study.lock import StudyLock
from hpo.study.paths import StudyPaths


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
        try:
            self._journal = Journal(paths.journal)
            self.ledger = Ledger.read(paths.journal)
        except BaseException:
            self._lock.release()
            raise

    @property
    def is_short(self) -> bool:
        """Whether the disk is full: what has ended can still be written, but nothing should begin."""
        return self._journal.is_short

    def write(self, event: str, **fields: object) -> None:
        """Journal an event, then take it into account.

        Raises:
            StorageError: If the journal cannot be written; then the event did not happen.
            StudyInUseError: If another process has taken the study over.
        """
        self._lock.check()
        self.ledger.apply(self._journal.append(event, **fields))

    def close(self) -> None:
        """Close the journal and let others have the study. Closing twice is allowed."""
        self._journal.close()
        self._lock.release()
