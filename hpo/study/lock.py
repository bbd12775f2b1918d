"""One process at a time runs a study."""

import logging
import os
import time
from pathlib import Path
from typing import Any, Self

from filelock import SoftFileLease, Timeout

from hpo.errors import StorageError, StudyInUseError, StudyLostError
from hpo.interruption import sigterm_held
from hpo.study.holder import LEASE_S, Holder, read_holder

log = logging.getLogger(__name__)


class _Lease(SoftFileLease):
    """One whose thread, which touches the file, leaves signals to the main thread."""

    def _start_heartbeat(self, *arguments: Any) -> None:
        with sigterm_held():
            super()._start_heartbeat(*arguments)


class StudyLock:
    """The right to write to a study, held by one process.

    It is a file that its holder touches every ten seconds, so it works on file systems without locks of their own.
    What a crash leaves behind does not block: on the same host the holder's process is looked for, and a holder on
    another host is taken for dead after :data:`LEASE_S` without a sign of life, by the clock of who waits.

    Args:
        path: The lock file; its folder exists.

    Raises:
        StudyInUseError: If another process holds it.
        StorageError: If the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lease = _Lease(path, lease_duration=LEASE_S, thread_local=False)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def acquire(self) -> None:
        """Take the lock, at once or after :data:`LEASE_S` if a holder on another host turns out to be gone.

        Raises:
            StudyInUseError: If another process holds it.
            StorageError: If the folder cannot be written.
        """
        try:
            self._try_folder()
            self._lease.acquire(blocking=False)
        except Timeout:
            self._wait()
        except OSError as error:
            raise StorageError(
                f"{self._path.parent} cannot be written: {error.strerror or error} (a study that runs is locked "
                f"there). Make the folder writable, or copy the study to where it is."
            ) from error

    def _try_folder(self) -> None:
        """Raise what the folder has against writing; there the lease of a dead process would look like a live one."""
        probe = self._path.with_name(f"{self._path.name}.{os.getpid()}.probe")
        probe.touch()
        probe.unlink()

    def _wait(self) -> None:
        holder = read_holder(self._path, time.time())
        if holder is not None and holder.is_here:
            raise self._in_use(holder)
        log.warning("%s holds the study; waiting %g s for a sign of life of it", holder or "A process", LEASE_S)
        try:
            self._lease.acquire(timeout=1.5 * LEASE_S)
        except Timeout:
            if holder is None or holder.pid:
                raise self._in_use(holder) from None
            # A crash left it without a name in it, and nobody has touched it meanwhile.
            self._path.unlink(missing_ok=True)
            self._lease.acquire(blocking=False)

    def check(self) -> None:
        """Make sure that the lock is still held.

        Raises:
            StudyLostError: If this process gave no sign of life for so long that another may have it.
        """
        if self._lease.compromise is not None:
            raise StudyLostError(
                f"{self._path} could not be kept ({self._lease.compromise.reason}), so another process may run the "
                f"study. What this one recorded is in it; look at it: python -m hpo.status {self._path.parent}"
            )

    def release(self) -> None:
        """Let others have the study. Releasing twice is allowed."""
        self._lease.release()

    def _in_use(self, holder: Holder | None) -> StudyInUseError:
        return StudyInUseError(
            f"{self._path.parent} is being run by {holder or 'a process'} (one process at a time writes to a study). "
            f"Wait for it, or look at it: python -m hpo.status {self._path.parent}"
        )
