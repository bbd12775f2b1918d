"""Where modules are looked for: by this program, and so by the processes that it starts."""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Imports:
    """Where a process looks for modules.

    Attributes:
        path: The parent's ``sys.path``, absolute.
        variable: The parent's ``PYTHONPATH``, which was changed to start the process; None if it has none.
    """

    path: tuple[str, ...]
    variable: str | None


def import_path() -> tuple[str, ...]:
    """Return where this program looks for modules, absolute."""
    return tuple(str(Path(entry).absolute()) for entry in sys.path)  # "" is the working directory
