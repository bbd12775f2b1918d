"""Ray's global control service (GCS), of which a Ray has one: without it many a call of Ray's does not return."""

import errno
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import ray

from hpo.errors import RuntimeLostError, StudyStoppedError
from hpo.interruption import sigterm_held
from hpo.outputs import going_on
from hpo.study import Study
from hpo.tuner.ray import lines

LOOK_EVERY_S = 1.0
N_LOOKS = 5  # in a row that find nobody; after a pause of the whole program the first may do so
ANSWER_S = 5.0
RAYS_PATIENCE = "RAY_gcs_rpc_server_reconnect_timeout_s"  # then it ends the program; the GCS may come back before
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN})


@contextmanager
def watched_gcs(study: Study, end_own_ray: Callable[[], None] | None) -> Iterator[None]:
    """End this program, and say how the study goes on, when the GCS of the Ray that is connected is gone in this block.

    Nothing milder helps: the main thread waits in a call of Ray's, where neither an error nor a signal reaches it, and
    which ends the program after a minute without a word of the study. What is left on the disk is what a program leaves
    that is killed.

    Args:
        study: What runs on it.
        end_own_ray: Ends a Ray of this program's own, whose GCS does not come back; None for another.
    """
    host, _, port = str(ray.get_runtime_context().gcs_address).rpartition(":")
    address = (host.strip("[]"), int(port))
    logs = "Ray's logs" if end_own_ray is None else str(lines.logs_folder())
    is_over = threading.Event()

    def watch() -> None:
        if _is_lost(address, end_own_ray is not None, is_over):
            _end_program(study, logs, end_own_ray)

    watcher = threading.Thread(target=watch, name="gcs", daemon=True)
    with sigterm_held():
        watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def _is_lost(address: tuple[str, int], is_own: bool, is_over: threading.Event) -> bool:
    """Wait until the GCS is lost, and return True; or until it does not matter any more."""
    patience_s = 0.0 if is_own else 0.75 * float(os.environ.get(RAYS_PATIENCE, "60"))
    answered_at = time.monotonic()
    n_looks = 0
    while n_looks < N_LOOKS or time.monotonic() - answered_at < patience_s:
        if is_over.wait(LOOK_EVERY_S):
            return False
        n_looks += 1
        if _answers(address, is_own):
            answered_at = time.monotonic()
            n_looks = 0
    return True


def _answers(address: tuple[str, int], is_own: bool) -> bool:
    """Tell whether somebody listens there; on this machine also one that is too busy to answer does."""
    try:
        socket.create_connection(address, ANSWER_S).close()
    except ConnectionRefusedError:
        return False
    except OSError as error:  # such as too many open files, which says nothing of the other end
        return is_own or not (isinstance(error, TimeoutError) or error.errno in _UNREACHABLE)
    return True


def _end_program(study: Study, logs: str, end_own_ray: Callable[[], None] | None) -> None:
    exit_code = RuntimeLostError.exit_code
    try:
        error = _loss(study, logs)
        exit_code = error.exit_code
        with suppress(OSError):  # of a pipe whose reader is gone
            os.write(2, f"{error}\n".encode())  # not through sys.stderr, whose lock the main thread may hold
        if end_own_ray is not None:
            end_own_ray()
    finally:  # whatever fails before
        os._exit(exit_code)


def _loss(study: Study, logs: str) -> StudyStoppedError:
    go_on = f"To go on: {going_on(study.paths.root)}"
    if study.interruption.is_requested:
        return study.interruption.error(f"and Ray's gcs_server ended meanwhile. {go_on}")
    return RuntimeLostError(
        f"Ray's gcs_server is gone (gcs_server.err in {logs} may say why). What ended is kept. {go_on}"
    )
