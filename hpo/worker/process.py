"""An executor's process, as its supervisor sees it."""

import os
import sys

from hpo.process import ChildProcess
from hpo.worker.messages import FromExecutor, Word, Work


class ExecutorProcess(ChildProcess[Work | Word, FromExecutor]):
    """A process that runs trials.

    Args:
        n_threads: Threads that numerical libraries get which are loaded at its start.

    Attributes:
        made_for: The surroundings it was started in; in others it must not be used.
        has_worked: Whether a trial was handed to it.
    """

    def __init__(self, n_threads: int) -> None:
        self.made_for = surroundings()
        self.has_worked = False
        super().__init__("hpo.worker.executor", n_threads)

    @property
    def is_usable(self) -> bool:
        """Whether it can take a trial."""
        return super().is_usable and self.made_for == surroundings()

    def fits(self, *, fresh: bool) -> bool:
        """Tell whether it can take a trial that wants a process without a past, if ``fresh``, or else any."""
        return self.is_usable and not (fresh and self.has_worked)


def surroundings() -> tuple[str | None, tuple[str, ...]]:
    """Return what an executor inherits at its start only: the GPUs it may see, and where modules are looked for."""
    return os.environ.get("CUDA_VISIBLE_DEVICES"), tuple(sys.path)
