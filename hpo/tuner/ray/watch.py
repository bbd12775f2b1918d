"""The parts of Ray without which no study goes on: without them many a call of Ray's does not return."""

import errno
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
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
    """A process of Ray's without which no study goes on.

    Attributes:
        name: Ray's own, also of the files of its log.
        address: Host and port at which it listens.
        is_here: Whether it is known to run on this machine.
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
        """Whether somebody listens there; on this machine also one that is too busy to answer, or hangs, does."""
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
    """Ends this program when a part of Ray is gone for good, and says how the study goes on.

    Nothing milder helps: the main thread may wait in a call of Ray's, where neither an error nor a signal reaches it,
    and which may end the program later without a word of the study. What is left on the disk is what a program leaves
    that is killed.

    Args:
        parts: What is watched; of several that are gone the first is named.
        study: What runs on them.
        logs: Where Ray's logs are, for people.
        end_own_ray: Ends a Ray of this program's own; None for another.
    """

    def __init__(
        self, parts: Sequence[Part], study: Study, logs: str, end_own_ray: Callable[[], None] | None = None
    ) -> None:
        self._parts = parts
        self._study = study
        self._logs = logs
        self._end_own_ray = end_own_ray
        self._go_on = f"To go on: {going_on(study.paths.root)}"

    def wait_until_whole(self) -> None:
        """Return when each part answers; unless one comes back, the program ends meanwhile."""
        while self._missing():
            time.sleep(LOOK_EVERY_S)

    def run(self, is_over: threading.Event) -> None:
        """Watch until ``is_over``."""
        while not is_over.wait(LOOK_EVERY_S):
            if any(part.is_lost() for part in self._parts) and (missing := self._missing()):
                self._end_program(self.loss(missing[0]))

    def _missing(self) -> list[Part]:
        return [part for part in self._parts if not part.answers]

    def _end_program(self, loss: StudyStoppedError) -> None:
        try:
            with suppress(OSError):  # of a pipe whose reader is gone
                os.write(2, f"{loss}\n".encode())  # not through sys.stderr, whose lock the main thread may hold
            if self._end_own_ray is not None:
                self._end_own_ray()
        finally:  # whatever fails before
            os._exit(loss.exit_code)

    def loss(self, part: Part) -> StudyStoppedError:
        """Return why the study ends without ``part``; what stopped it before comes first."""
        if self._study.interruption.is_requested:
            return self._study.interruption.error(f"and Ray's {part.name} ended meanwhile. {self._go_on}")
        if self._study.stop_reason is not None:
            return StudyStoppedError(
                f"The study stopped: {self._study.stop_reason}; and Ray's {part.name} ended meanwhile. {self._go_on}"
            )
        where = f"{part.name}.err in {self._logs} may say why"
        return RuntimeLostError(f"Ray's {part.name} is gone ({where}). What ended is kept. {self._go_on}")


@contextmanager
def watched_ray(study: Study, end_own_ray: Callable[[], None] | None) -> Iterator[Watch]:
    """Watch the Ray that is connected in this block: its control service (GCS) and the raylet of this node.

    Args:
        study: What runs on it.
        end_own_ray: Ends a Ray of this program's own, whose parts do not come back; None for another.
    """
    is_own = end_own_ray is not None
    watch = Watch(_parts(is_own=is_own), study, str(lines.logs_folder()) if is_own else "Ray's logs", end_own_ray)
    is_over = threading.Event()
    watcher = threading.Thread(target=watch.run, args=[is_over], name="watch", daemon=True)
    with sigterm_held():
        watcher.start()
    try:
        yield watch
    finally:
        is_over.set()
        watcher.join()


def _parts(*, is_own: bool) -> tuple[Part, Part]:
    context = ray.get_runtime_context()
    host, _, port = str(context.gcs_address).rpartition(":")
    raylet = {node.id: node.address for node in nodes()}[context.get_node_id()]
    patience_s = 0.0 if is_own else 0.75 * float(os.environ.get(RAYS_PATIENCE, "60"))
    return Part("gcs_server", (host.strip("[]"), int(port)), is_own, patience_s), Part("raylet", raylet, is_here=True)
