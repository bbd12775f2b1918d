"""What the standard output is: a terminal that can be drawn on, one for plain text, or a file."""

import os
import sys

from rich.console import Console

WIDTH_OF_FILE = 120  # columns; a file is as wide as it needs to be


def console() -> Console:
    """Return the console of the standard output.

    A file gets text alone, whatever the environment says. With ``NO_COLOR`` a terminal gets no colour and no style, and
    with ``TERM=dumb`` nothing that moves its cursor either (:attr:`rich.console.Console.is_dumb_terminal`).
    """
    if not sys.stdout.isatty():
        return Console(force_terminal=False, color_system=None, width=WIDTH_OF_FILE)
    return Console(color_system=None if os.environ.get("NO_COLOR") else "auto")
