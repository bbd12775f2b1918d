"""Ray's global control service (GCS), of which a Ray has one: without it no call of Ray's returns."""

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
from hpo.tuner.ray.local import end_own_ray

LOOK_EVERY_S = 1.0
ANSWER_S = 5.0
OWN_GONE_S = 5.0  # nobody starts that of this program's own Ray again
OTHERS_GONE_S = 45.0  # somebody may; after 60 s Ray ends this program, and says nothing of the study
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN})


@contextmanager
def watched_gcs(study: Study, *, is_own: bool) -> Iterator[None]:
    """End this program, and say how the study goes on, when the GCS of the Ray that is connected is gone in this block.

    Nothing milder helps: the main thread waits in a call of Ray's, where neither an error nor a signal reaches it. What
    is left on the disk is what a program leaves that is killed.

    Args:
        study: What runs on it.
        is_own: Whether the Ray is of this program's own, on this machine.
    """
    host, _, port = str(ray.get_runtime_context().gcs_address).rpartition(":")
    address = (host.strip("[]"), int(port))
    logs = lines.logs_folder()
    is_over = threading.Event()
    is_ending = threading.Lock()

    def end() -> None:
        with is_ending:
            _end_program(
                _loss(study, f"gcs_server.err in {logs}" if is_own else "gcs_server.err in Ray's logs"), is_own
            )

    watcher = threading.Thread(target=_watch, args=(address, is_own, is_over, end), name="gcs", daemon=True)
    with sigterm_held():
        watcher.start()
    try:
        yield
    except BaseException:
        if _is_gone(address, is_own):  # it takes a minute to leave such a Ray, and then Ray ends this program
            end()
        raise
    finally:
        is_over.set()
        watcher.join()


def _watch(address: tuple[str, int], is_own: bool, is_over: threading.Event, end: Callable[[], None]) -> None:
    answered_at = time.monotonic()
    while not is_over.wait(LOOK_EVERY_S):
        if not _is_gone(address, is_own):
            answered_at = time.monotonic()
        elif time.monotonic() - answered_at > (OWN_GONE_S if is_own else OTHERS_GONE_S):
            end()


def _is_gone(address: tuple[str, int], is_own: bool) -> bool:
    """Tell whether nobody listens there; a machine that is only slow does listen."""
    try:
        socket.create_connection(address, ANSWER_S).close()
    except ConnectionRefusedError:
        return True
    except OSError as error:
        return not is_own and (isinstance(error, TimeoutError) or error.errno in _UNREACHABLE)
    return False


def _loss(study: Study, where: str) -> StudyStoppedError:
    go_on = f"To go on: {going_on(study.paths.root)}"
    if study.interruption.is_requested:
        return study.interruption.error(f"and Ray's gcs_server ended meanwhile. {go_on}")
    return RuntimeLostError(f"Ray's gcs_server is gone ({where} may say why). What ended is kept. {go_on}")


def _end_program(error: StudyStoppedError, is_own: bool) -> None:
    with suppress(OSError):  # of a pipe whose reader is gone
        os.write(2, f"{error}\n".encode())  # not through sys.stderr, whose lock the main thread may hold
    if is_own:
        end_own_ray()
    os._exit(error.exit_code)
