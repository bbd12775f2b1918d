"""A clock that runs with processor time: what is computed takes as long as it computes, what is waited for no time.

So the load of the machine does not count, and neither does the time that the disk takes.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ProcessorClock:
    """Stands for the module ``time`` in this program's modules.

    It runs with the processor time of this process, and of another one while this one waits for it.
    """

    def __init__(self) -> None:
        self._began = time.time()
        self._elsewhere_s = -time.process_time()  # what passed otherwise than by computing here

    def time(self) -> float:
        """Return seconds since 1970 as the study sees them."""
        return self._began + self.monotonic()

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return self._elsewhere_s + time.process_time()

    def skip_to(self, moment: float) -> None:
        """Put the clock forward to ``moment``, seconds since 1970; not back if that is over."""
        self._elsewhere_s += max(0.0, moment - self.time())

    def __getattr__(self, name: str) -> object:
        return getattr(time, name)

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Let no time pass in this block."""
        began = time.process_time()
        try:
            yield
        finally:
            self._elsewhere_s -= time.process_time() - began

    @contextmanager
    def run_by(self, pid: int) -> Iterator[None]:
        """Let the time pass in this block that the process ``pid`` computes."""
        began = computed_s(pid)
        with self.uncounted():
            yield
        self._elsewhere_s += computed_s(pid) - began

    @contextmanager
    def of_the_program(self) -> Iterator[None]:
        """Let all modules of :mod:`hpo` that are loaded read this clock in this block."""
        modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "hpo"]
        changed = [module for module in modules if getattr(module, "time", None) is time]
        for module in changed:
            module.time = self  # type: ignore[attr-defined]
        try:
            yield
        finally:
            for module in changed:
                module.time = time  # type: ignore[attr-defined]


def computed_s(pid: int) -> float:
    """Return how long the main thread of a process has had a processor, in s. Linux only."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def waits(pid: int) -> bool:
    """Tell whether the main thread of a process waits, for a message as a rule. Linux only."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"
