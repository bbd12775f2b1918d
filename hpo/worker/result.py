"""What an attempt at a trial leaves in its directory: ``result.json`` and the end of ``log.txt``."""

import json
from itertools import takewhile
from pathlib import Path

from hpo.atomic import write_atomically
from hpo.study.journal import SCHEMA
from hpo.study.paths import LOG_FILE, RESULT_FILE
from hpo.study.trial import Outcome

N_TAIL_LINES = 20
_TAIL_BYTES = 64 * 1024  # what is read of a log, however long it is
_LINE_LENGTH = 500  # in characters; the tail goes to the journal, where a progress bar of a megabyte has no place
_OWN_FRAME = str(Path("hpo", "worker", "executor.py"))  # calls the task


def write_result(directory: Path, attempt: int, outcome: Outcome) -> None:
    """Write the outcome of an attempt to ``result.json``, whole or not at all.

    Raises:
        OSError: If the directory cannot be written.
    """
    content = {**outcome.to_json(), "attempt": attempt, "schema": SCHEMA}
    write_atomically(directory / RESULT_FILE, json.dumps(content, indent=2, allow_nan=False) + "\n")


def read_result(directory: Path, attempt: int) -> Outcome | None:
    """Return the outcome in the directory's ``result.json`` if it is there, whole, and of that attempt; else None."""
    try:
        content = json.loads((directory / RESULT_FILE).read_text(encoding="utf-8"))
        return Outcome.from_json(content) if content["attempt"] == attempt else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_result(directory: Path) -> None:
    """Remove the result of an earlier attempt.

    Raises:
        OSError: If there is one that cannot be removed.
    """
    (directory / RESULT_FILE).unlink(missing_ok=True)


def log_size(directory: Path) -> int:
    """Return how long the log is, in bytes; 0 if there is none."""
    try:
        return (directory / LOG_FILE).stat().st_size
    except OSError:
        return 0


def log_tail(directory: Path, start: int = 0, *, marker: str | None = None) -> tuple[str, ...]:
    """Return the last lines of the log, at most :data:`N_TAIL_LINES`, read from its end.

    Args:
        directory: The trial's directory.
        start: Where the attempt's part of the log begins, in bytes.
        marker: Begins a traceback of faulthandler, whose innermost frame is its first. If the last kilobytes have a
            line with this text, the lines from the last such one on, without this program's own frames.
    """
    try:
        with (directory / LOG_FILE).open("rb") as file:
            begin = max(start, file.seek(0, 2) - _TAIL_BYTES)
            file.seek(begin)
            lines = file.read(_TAIL_BYTES).decode("utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    if begin > start:
        lines = lines[1:] or lines  # the first one is probably half a line
    marked = [i for i, line in enumerate(lines) if marker is not None and marker in line]
    if marked:
        lines = list(takewhile(lambda line: _OWN_FRAME not in line, lines[marked[-1] :]))[:N_TAIL_LINES]
    return tuple(line[:_LINE_LENGTH] for line in lines[-N_TAIL_LINES:])
