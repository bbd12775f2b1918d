"""Errands that may take long or fail, done beside the study."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from hpo.interruption import sigterm_held

Errand = Callable[[], object]


class Courier:
    """Does one errand after the other on a thread of its own, and none after one that failed.

    Attributes:
        fault: What the errand raised that failed; None while there is no such.

    Args:
        name: Of the thread.
    """

    def __init__(self, name: str) -> None:
        self.fault: Exception | None = None
        self._errands: SimpleQueue[Errand | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def send(self, errand: Errand | None) -> None:
        """Have ``errand`` done after those that were sent before; None is the last one."""
        self._errands.put(errand)
        if self._thread.ident is None:
            with sigterm_held():
                self._thread.start()

    def end(self, timeout_s: float) -> bool:
        """Wait up to ``timeout_s`` until all errands are done, and return whether they are. Nothing is sent later."""
        self.send(None)
        self._thread.join(max(0.0, timeout_s))
        return not self._thread.is_alive() and self.fault is None

    def _work(self) -> None:
        while (errand := self._errands.get()) is not None:
            if self.fault is not None:
                continue
            try:
                errand()
            except Exception as error:  # noqa: BLE001 - whatever a library raises; it is kept to be told
                self.fault = error
