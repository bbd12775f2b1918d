"""Proposing in a process of its own, while trials run."""

import logging
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

from hpo.errors import HpoError
from hpo.optimizer.messages import Asked, Failed, FromServer, Made, Save, Saved, Told, ToServer, Wanted
from hpo.optimizer.setup import Setup
from hpo.process import ChildDiedError, ChildProcess
from hpo.study.proposer import Past, Suggestion
from hpo.task import Metrics
from hpo.throttle import Throttle

log = logging.getLogger(__name__)

SAVE_LIMIT_S = 120.0  # for the last snapshot, which waits for the suggestion that is being made
SNAPSHOT_S = 60.0  # at least between two others; the process itself spends no larger share of its time on them
MAX_DEATHS = 2  # of the process without a suggestion in between; then something is wrong with the study


class RemoteProposer:
    """Proposes what :class:`hpo.optimizer.ax_proposer.AxProposer` does, without waiting for it.

    The process begins to import Ax when this is made. If it dies (for want of memory, say), another one takes over with
    all that is known.

    Args:
        setup: What to propose.

    Raises:
        HpoError: If the process cannot be started.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._trials = {past.index: past for past in setup.history}
        self._n_asked = 0
        self._n_told = 0
        self._n_wanted = 0  # that the process knows of and has not yet made
        self._n_deaths = 0
        self._is_exhausted = False
        self._is_dead = False
        self._failure: HpoError | None = None
        self._ready: deque[tuple[Suggestion, int]] = deque()
        self._saved: Saved | None = None
        self._snapshot_throttle = Throttle(interval_s=SNAPSHOT_S, starts_due=False)
        self._server = _started(setup)

    @property
    def is_exhausted(self) -> bool:
        """Whether the space has no point left."""
        return self._is_exhausted and not self._ready

    def suggest(self, n_left: int, n_wanted: int) -> Suggestion | None:
        """Return a suggestion that is ready, or None after asking for ``n_wanted``.

        Raises:
            HpoError: If the process cannot go on.
        """
        self._listen()
        self._live()
        if not self._ready:
            self._want(n_wanted)
            return None
        suggestion, n_told = self._ready.popleft()
        self._n_asked += 1
        self._n_deaths = 0
        self._trials[suggestion.index] = Past(suggestion.index, suggestion.parameters, is_unfinished=True)
        self._server.send(Asked(suggestion.index, time.time()))
        return replace(suggestion, n_unseen=self._n_told - n_told if self._setup.optimizer.learns else 0)

    def wait(self, timeout_s: float) -> None:
        """Wait up to ``timeout_s`` until the process says something; it raises what :meth:`suggest` does."""
        self._listen(timeout_s)

    def complete(self, index: int, data: Metrics) -> None:
        """Pass on the objective and the constraint metrics of a trial."""
        self._tell(index, data)

    def fail(self, index: int, reason: str) -> None:
        """Pass on that a trial ended without data."""
        self._tell(index, None)

    def prepare(self, n_left: int) -> None:
        """Take what the process has made; it makes suggestions ahead by itself."""
        self._listen()

    def save_soon(self, path: Path) -> None:
        """Have Ax's JSON written to ``path`` when no suggestion is to be made, at most once a minute."""
        self._snapshot_throttle.run(lambda: self._server.send(Save(path, is_awaited=False)))

    def save(self, path: Path) -> None:
        """Have Ax's JSON written to ``path`` and wait for it; nothing else is made before.

        Raises:
            HpoError: If it cannot be written, or the process cannot go on.
        """
        self._saved = None
        deadline = time.monotonic() + SAVE_LIMIT_S
        server = None
        while self._saved is None:
            self._live()
            if server is not self._server:  # another one may have taken over
                server = self._server
                server.send(Save(path, is_awaited=True))
            if time.monotonic() > deadline:
                raise HpoError(f"{path} was not written within {SAVE_LIMIT_S:g} s (it is a cache of the journal).")
            self._listen(timeout_s=1.0)
        if self._saved.fault is not None:
            raise HpoError(f"{path} cannot be written: {self._saved.fault} (it is a cache of the journal).")

    def close(self) -> None:
        """End the process."""
        self._server.kill()
        self._server.close()

    def _want(self, n: int) -> None:
        if n != self._n_wanted:
            self._server.send(Wanted(n - self._n_wanted))
            self._n_wanted = n

    def _tell(self, index: int, data: Metrics | None) -> None:
        self._n_told += 1
        self._trials[index] = replace(self._trials[index], data=data, is_unfinished=False)
        self._server.send(Told(index, time.time(), data))

    def _listen(self, timeout_s: float = 0.0) -> None:
        """Take what the process has said, and wait up to ``timeout_s`` if it has said nothing."""
        if self._is_dead:
            return
        try:
            message = self._server.receive(timeout_s)
            while message is not None:
                self._take(message)
                message = self._server.receive(0)
        except ChildDiedError:
            self._is_dead = True

    def _take(self, message: FromServer) -> None:
        if isinstance(message, Made):
            self._is_exhausted = not message.suggestions
            self._n_wanted = max(0, self._n_wanted - len(message.suggestions))
            self._ready.extend((suggestion, message.n_told) for suggestion in message.suggestions)
        elif isinstance(message, Failed):
            log.error("The process that proposes parameters:\n%s", message.traceback)
            self._failure = HpoError(
                f"No parameters can be proposed: {message.reason}. The session's hpo.log has the traceback."
            )
        elif message.is_awaited:
            self._saved = message
        else:
            log.warning("The snapshot cannot be written (the journal holds everything): %s", message.fault)

    def _live(self) -> None:
        """Make sure that there is a process; another one that takes over knows all that is known.

        Raises:
            HpoError: If it cannot be, or the last ones made nothing either.
        """
        if self._failure is not None:
            raise self._failure
        if not self._is_dead:
            return
        self._n_deaths += 1
        exit_code = self._server.exit_code
        if self._n_deaths >= MAX_DEATHS:
            raise HpoError(
                f"The process that proposes parameters ended {self._n_deaths} times in a row (exit code {exit_code}; a "
                f"negative one is a signal, -9 often a want of memory). Give it more memory, or set optimizer=sobol."
            )
        log.warning("The process that proposes parameters ended (exit code %s); another one takes over.", exit_code)
        self._server.close()
        self._ready.clear()
        self._n_wanted = self._n_told = 0
        self._is_exhausted = self._is_dead = False
        history = tuple(past for _, past in sorted(self._trials.items()))
        self._server = _started(replace(self._setup, n_left=self._setup.n_left - self._n_asked, history=history))


def _started(setup: Setup) -> ChildProcess[ToServer, FromServer]:
    try:
        server: ChildProcess[ToServer, FromServer] = ChildProcess("hpo.optimizer.server", setup.n_threads)
    except OSError as error:
        raise HpoError(f"The process that proposes parameters cannot be started: {error} (it wants memory).") from error
    server.send(setup)
    return server
