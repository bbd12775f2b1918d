"""The journal: a study's append-only record, one JSON object a line."""

import errno
import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

SCHEMA = 1


class Journal:
    """The record that everything else about a study can be rebuilt from.

    An event is on the disk when :meth:`append` returns: each line is written in one call and flushed with fsync.
    Every line has ``event``, ``time`` (seconds since 1970) and, where it is about a trial, ``index``.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def append(self, event: str, **fields: object) -> None:
        """Write one event.

        Args:
            event: What happened: suggested, started, reported, completed, failed, session.
            **fields: What belongs to it, as JSON values.

        Raises:
            OSError: If the disk does not take it; then the event did not happen.
        """
        line = json.dumps({"event": event, "time": time.time(), **fields}, separators=(",", ":"), allow_nan=False)
        data = line.encode() + b"\n"
        size = self._file.tell()
        if self._file.write(data) != len(data):  # a full disk takes a part
            self._file.truncate(size)
            raise OSError(errno.ENOSPC, "the journal takes no more", str(self._file.name))
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file. Closing twice is allowed."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_events(path: Path) -> Iterator[Mapping[str, object]]:
    """Yield the events of the journal at ``path``, oldest first.

    Raises:
        FileNotFoundError: If there is no journal.
        json.JSONDecodeError: If a line is damaged.
    """
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
