"""Text for people: a count with its noun, a path, and somebody else's text made fit for a terminal and for a file."""

import re
import sys
from pathlib import Path

_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # colours and movements of the cursor (ECMA-48)


def counted(n: int, noun: str) -> str:
    """Return ``1 trial`` or ``2 trials``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def printable(line: str) -> str:
    """Return a line of somebody's log without what would move the cursor or change the colour."""
    last = _ESCAPE.sub("", line).rstrip("\r\n").rpartition("\r")[2]  # a progress bar overwrites itself
    return "".join(letter if letter.isprintable() else " " for letter in last.expandtabs(4))


def shown(path: Path) -> str:
    """Return ``path`` as one types it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def escape_unencodable() -> None:
    """Let the standard streams write letters that their encoding lacks as escapes, such as those of a path."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what replaces them in a notebook or a test may have no encoding
            stream.reconfigure(errors="backslashreplace")
