"""SIGINT and SIGTERM: the first asks the study to stop, the second ends it at once."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from hpo.errors import StudyInterruptedError

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def raised_on_sigterm() -> Iterator[None]:
    """Leave this block by an error on SIGTERM, as by KeyboardInterrupt on SIGINT. Only in the main thread.

    Raises:
        StudyInterruptedError: On SIGTERM.
    """
    terminated = False

    def end(*_: object) -> None:
        nonlocal terminated
        terminated = True
        raise KeyboardInterrupt  # no `except Exception` on the way stops it

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        if terminated:  # whatever else left the block, or swallowed the error: a module's bare `except`, say
            text = "Stopped by SIGTERM before the study began"
            raise StudyInterruptedError(text, 128 + signal.SIGTERM) from None


@contextmanager
def sigterm_held() -> Iterator[None]:
    """Have SIGTERM wait until the end of this block, and then go where it went before, whoever took it meanwhile.

    Processes that are started in the block never get it, and threads that are started in it leave it to the main one:
    below Python a library may have a handler of its own for a while, which a thread that takes signals would run. One
    that was there before may.
    """
    handler = signal.getsignal(signal.SIGTERM)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        if handler is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Interruption:
    """A request from outside to stop, which may come at any moment or never.

    Args:
        grace_s: How long the trials that run may go on after it, to write a checkpoint or to end, in s.
    """

    def __init__(self, grace_s: float = 30.0) -> None:
        self.grace_s = grace_s
        self._signal: signal.Signals | None = None
        self._requested_at = 0.0
        self._has_alarm = False

    @property
    def is_requested(self) -> bool:
        """Whether the study was asked to stop."""
        return self._signal is not None

    @property
    def is_overdue(self) -> bool:
        """Whether the time of grace is over."""
        return self.is_requested and time.monotonic() - self._requested_at >= self.grace_s

    @property
    def name(self) -> str:
        """What asked: SIGINT or SIGTERM."""
        return "" if self._signal is None else self._signal.name

    @property
    def exit_code(self) -> int:
        """128 plus the number of the signal, as shells say it."""
        return 128 + (self._signal or signal.SIGINT)

    def request(self, number: int) -> None:
        """Ask the study to stop, as the signal ``number`` does.

        Raises:
            KeyboardInterrupt: If it was asked before. No ``except Exception`` on the way stops it.
        """
        if self.is_requested:
            raise KeyboardInterrupt
        self._requested_at = time.monotonic()
        self._signal = signal.Signals(number)
        self._set_alarm()
        text = (
            f"\n{self.name}: no new trials; those that run have {self.grace_s:g} s to write a checkpoint or to end. "
            f"Once more ends the study at once.\n"
        )
        # Not through the log or sys.stderr: the one may hold a lock, the other be a trial's log at this moment.
        with suppress(OSError):  # of a pipe whose reader the same signal ended
            os.write(2, text.encode())

    def error(self, how: str) -> StudyInterruptedError:
        """Return the error that ends the session."""
        return StudyInterruptedError(f"Stopped by {self.name}, {how}.", self.exit_code)

    @contextmanager
    def listen(self) -> Iterator[None]:
        """Take the two signals in this block; they are put back after it. Only in the main thread."""
        before = {number: signal.getsignal(number) for number in SIGNALS}
        for number in SIGNALS:
            signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        self.request(number)

    @contextmanager
    def raised_after_grace(self, error: type[BaseException]) -> Iterator[None]:
        """Raise ``error`` in this block when the time of grace is over. Only in the main thread."""

        def end(*_: object) -> None:
            raise error

        before = signal.signal(signal.SIGALRM, end)
        self._has_alarm = True
        self._set_alarm()
        try:
            yield
        finally:
            self._has_alarm = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _set_alarm(self) -> None:
        if self._has_alarm and self.is_requested:
            left_s = self._requested_at + self.grace_s - time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, max(left_s, 1e-3))
