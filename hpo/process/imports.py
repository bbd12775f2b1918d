"""What a process is told first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Imports:
    """Where a process looks for modules.

    Attributes:
        path: The parent's ``sys.path``, absolute.
        variable: The parent's ``PYTHONPATH``, which was changed to start the process; None if it has none.
    """

    path: tuple[str, ...]
    variable: str | None
