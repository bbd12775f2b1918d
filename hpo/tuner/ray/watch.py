"""The parts of Ray without which no study goes on: without them many a call of Ray's does not return."""

import errno
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import ray

from hpo.errors import RuntimeLostError, StudyStoppedError
from hpo.interruption import sigterm_held
from hpo.outputs import going_on
from hpo.study import Study
from hpo.tuner.ray import lines
from hpo.tuner.ray.cluster import nodes

LOOK_EVERY_S = 1.0
N_LOOKS = 5  # in a row that find nobody; after a pause of the whole program the first may do so
ANSWER_S = 5.0
RAYS_PATIENCE = "RAY_gcs_rpc_server_reconnect_timeout_s"  # then it ends the program; the GCS may come back before
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN})


@dataclass
class Part:
    """A process of Ray's that every call of this program's needs.

    Attributes:
        name: Ray's own, also of the files of its log.
        address: Host and port at which it listens.
        is_here: Whether it runs on this machine.
        patience_s: How long it may be gone and come back, in s.
    """

    name: str
    address: tuple[str, int]
    is_here: bool
    patience_s: float = 0.0
    _answered_at: float = field(default_factory=time.monotonic)
    _n_misses: int = 0

    @property
    def answers(self) -> bool:
        """Whether somebody listens there; on this machine also one that is too busy to answer does."""
        try:
            socket.create_connection(self.address, ANSWER_S).close()
        except ConnectionRefusedError:
            return False
        except OSError as error:  # such as too many open files, which says nothing of the other end
            return self.is_here or not (isinstance(error, TimeoutError) or error.errno in _UNREACHABLE)
        return True

    def is_lost(self) -> bool:
        """Look once more, and tell whether it is gone for good."""
        if self.answers:
            self._answered_at, self._n_misses = time.monotonic(), 0
        else:
            self._n_misses += 1
        return self._n_misses >= N_LOOKS and time.monotonic() - self._answered_at >= self.patience_s


class Watch:
    """Looks whether the Ray that is connected is whole: its control service (GCS) and the raylet of this node.

    Args:
        study: What runs on it.
        end_own_ray: Ends a Ray of this program's own, whose parts do not come back; None for another.
    """

    def __init__(self, study: Study, end_own_ray: Callable[[], None] | None) -> None:
        self._interruption = study.interruption
        self._go_on = f"To go on: {going_on(study.paths.root)}"
        self._end_own_ray = end_own_ray
        self._logs = "Ray's logs" if end_own_ray is None else str(lines.logs_folder())
        self._parts = _parts(is_own=end_own_ray is not None)

    def loss(self) -> StudyStoppedError | None:
        """Return the error of a Ray of which a part is gone, the first that is; None if it is whole."""
        gone = [part for part in self._parts if not part.answers]
        return self._error(gone[0]) if gone else None

    def end_program_at_loss(self, is_over: threading.Event) -> None:
        """Return when ``is_over``; end the program before if a part is gone for good."""
        while not is_over.wait(LOOK_EVERY_S):
            if any(part.is_lost() for part in self._parts) and (loss := self.loss()) is not None:
                self._end_program(loss)

    def _end_program(self, loss: StudyStoppedError) -> None:
        try:
            with suppress(OSError):  # of a pipe whose reader is gone
                os.write(2, f"{loss}\n".encode())  # not through sys.stderr, whose lock the main thread may hold
            if self._end_own_ray is not None:
                self._end_own_ray()
        finally:  # whatever fails before
            os._exit(loss.exit_code)

    def _error(self, part: Part) -> StudyStoppedError:
        if self._interruption.is_requested:
            return self._interruption.error(f"and Ray's {part.name} ended meanwhile. {self._go_on}")
        where = f"{part.name}.err in {self._logs} may say why"
        return RuntimeLostError(f"Ray's {part.name} is gone ({where}). What ended is kept. {self._go_on}")


def _parts(*, is_own: bool) -> tuple[Part, Part]:
    context = ray.get_runtime_context()
    host, _, port = str(context.gcs_address).rpartition(":")
    raylet = {node.id: node.address for node in nodes()}[context.get_node_id()]
    patience_s = 0.0 if is_own else 0.75 * float(os.environ.get(RAYS_PATIENCE, "60"))
    return Part("gcs_server", (host.strip("[]"), int(port)), is_own, patience_s), Part("raylet", raylet, is_here=True)


@contextmanager
def watched_ray(study: Study, end_own_ray: Callable[[], None] | None) -> Iterator[Watch]:
    """End this program, and say how the study goes on, when a part of the Ray that is connected is gone in this block.

    Nothing milder helps: the main thread may wait in a call of Ray's, where neither an error nor a signal reaches it,
    and which may end the program later without a word of the study. What is left on the disk is what a program leaves
    that is killed.

    Args:
        study: What runs on it.
        end_own_ray: Ends a Ray of this program's own, whose parts do not come back; None for another.
    """
    watch = Watch(study, end_own_ray)
    is_over = threading.Event()
    watcher = threading.Thread(target=watch.end_program_at_loss, args=[is_over], name="watch", daemon=True)
    with sigterm_held():
        watcher.start()
    try:
        yield watch
    finally:
        is_over.set()
        watcher.join()
