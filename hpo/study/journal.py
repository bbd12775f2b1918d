"""The journal: a study's append-only record, one JSON object a line."""

import errno
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self, cast

from hpo.atomic import sync_folder
from hpo.errors import DamagedStudyError, StorageError

log = logging.getLogger(__name__)

SCHEMA = 2  # of every file of a study; what is older is read, what is newer is refused
RESERVE_BYTES = 256 * 1024  # room for the outcomes of the trials in flight when the disk runs full

Event = Mapping[str, object]


class Journal:
    """The record that everything else about a study can be rebuilt from.

    An event is on the disk when :meth:`append` returns: each line is written in one call and flushed with fsync.
    Every line has ``event``, ``time`` (seconds since 1970) and, where it is about a trial, ``index``.

    A file beside it keeps some room. On a full disk it gives way, so that what has ended is still recorded; then
    :attr:`is_short` of room, and nothing new should begin.

    Attributes:
        is_short: Whether the disk was full once.

    Raises:
        StorageError: If it cannot be opened for writing.
    """

    def __init__(self, path: Path) -> None:
        self.is_short = False
        self._path = path
        self._reserve = path.with_name(f".{path.name}.reserve")
        try:
            is_new = not path.exists()
            self._file = path.open("ab", buffering=0)
            self._mend_end()
            self._keep_reserve()
            if is_new:
                sync_folder(path.parent)
        except OSError as error:
            raise _storage_error(path, error) from error

    def append(self, event: str, **fields: object) -> Event:
        """Write one event, wait until it is on the disk, and return it.

        Args:
            event: What happened; :mod:`hpo.study.ledger` lists the events.
            **fields: What belongs to it, as JSON values.

        Raises:
            StorageError: If the disk does not take it; then the event did not happen.
        """
        return self._record(event, fields, is_lasting=True)

    def note(self, event: str, **fields: object) -> Event:
        """Write one event that may be lost if the power fails, and return it; otherwise as :meth:`append`."""
        return self._record(event, fields, is_lasting=False)

    def _record(self, event: str, fields: Event, *, is_lasting: bool) -> Event:
        written = {"event": event, "time": time.time(), **fields}
        data = json.dumps(written, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        try:
            try:
                self._write(data, is_lasting=is_lasting)
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT} or not self._reserve.exists():
                    raise
                self.is_short = True
                self._reserve.unlink()
                self._write(data, is_lasting=is_lasting)
        except OSError as error:
            raise _storage_error(self._path, error) from error
        return written

    def _write(self, data: bytes, *, is_lasting: bool) -> None:
        size = os.fstat(self._file.fileno()).st_size
        try:
            is_whole = self._file.write(data) == len(data)
            if is_lasting:
                os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(size)
            raise
        if not is_whole:  # a full disk takes a part
            self._file.truncate(size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    def _mend_end(self) -> None:
        """End a last line that a crash left without its end; drop one of which only a part was written."""
        with self._path.open("rb") as file:
            file.seek(max(0, self._path.stat().st_size - 1))
            if file.read() in {b"", b"\n"}:
                return
        data = self._path.read_bytes()
        whole, _, torn = data.rpartition(b"\n")
        if not torn:
            return
        if _parsed(torn) is not None:
            self._file.write(b"\n")
            return
        log.warning("%s ended in the middle of an event (a crash); dropped: %r", self._path, torn[:200])
        self._file.truncate(len(whole) + 1 if whole else 0)
        os.fsync(self._file.fileno())

    def _keep_reserve(self) -> None:
        if self._reserve.exists() and self._reserve.stat().st_size == RESERVE_BYTES:
            return
        try:
            self._reserve.write_bytes(bytes(RESERVE_BYTES))
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            self._reserve.unlink(missing_ok=True)
            self.is_short = True

    def close(self) -> None:
        """Close the file and give back the room that was kept. Closing twice is allowed."""
        self._file.close()
        with suppress(OSError):  # of a folder that can no longer be written
            self._reserve.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_events(path: Path) -> Iterator[Event]:
    """Yield the events of the journal at ``path``, oldest first; the file may be written at the same time.

    A last line without its end is left out: it is being written, or a crash tore it.

    Raises:
        FileNotFoundError: If there is no journal.
        DamagedStudyError: If another line is damaged, with its number.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            event = _parsed(line)
            if not line.endswith(b"\n"):
                return  # also if it is whole: the rest of the file may be written meanwhile
            if event is not None:
                yield event
            else:
                raise DamagedStudyError(
                    f"{path} is damaged in line {number}: {line[:80]!r} (each line is one JSON object with an event). "
                    f"Restore the file from a backup, or remove that line if you know what it was, and run again."
                )


def _parsed(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return cast("Event", event) if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def _storage_error(path: Path, error: OSError) -> StorageError:
    return StorageError.at(path, error, "every event of a study is recorded there before it counts")
