"""A Ray of this program's own, on this machine, that nobody else can reach."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import ray

from hpo.environment import environment
from hpo.errors import Fault, InputError
from hpo.interruption import sigterm_held
from hpo.process.imports import import_path
from hpo.quiet import is_verbose
from hpo.resources import Resources
from hpo.tuner.ray import lines
from hpo.tuner.ray.settings import settings
from hpo.tuner.ray.spaceless import python_without_spaces
from hpo.tuner.ray.surroundings import FOLDER_PREFIX, LONGEST_SOCKET, socket_path, temporary_folder

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
# Of Ray's own, whatever a trial is given: Ray starts as many workers at once as it has processors, and so one for each
# slot. The study caps the trials, and their threads are set elsewhere.
CPUS_OF_A_TRIAL = 1
STOP_S = 10.0  # for processes that were killed to be gone
LOOK_S = 0.01  # between looks whether they are
OBJECT_STORE_BYTES = 256 * 1024**2  # parameters and metrics travel through it, no data sets


@contextmanager
def local_ray(slots: int, resources: Resources) -> Iterator[Callable[[], None]]:
    """Run a Ray with room for ``slots`` trials in this block; nobody else can reach it.

    The block is given what kills all its processes, for a program that ends itself because Ray does not answer.

    It listens on loopback only, has its sockets and logs in a folder that is this user's alone, and asks for a token
    that lies there, if it is of a version that has tokens.

    Args:
        slots: Trials in flight at most.
        resources: What each is given.

    Raises:
        InputError: If its folder cannot be made.
    """
    path = {"PYTHONPATH": os.pathsep.join(import_path())}  # workers import what we can
    with (
        _folder() as folder,
        environment(settings(slots) | path),
        lines.token_in(folder),
        python_without_spaces(),
        lines.handlers_left_alone(),
        lines.loopback_only(),
    ):
        others = set(psutil.Process().children(recursive=True))
        with sigterm_held():  # batch systems send it to all processes of a job: Ray's would end before the trials
            ray.init(
                address="local",  # never a cluster that a stale address file names
                num_cpus=slots * CPUS_OF_A_TRIAL,
                num_gpus=resources.n_gpus(slots),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.INFO if is_verbose() else logging.ERROR,
                object_store_memory=OBJECT_STORE_BYTES,
                _node_ip_address=LOOPBACK,
                _temp_dir=str(folder / "ray"),  # which it opens to all
            )
        try:
            yield lambda: _kill(_own_processes(others))
        finally:
            _stop(others)


@contextmanager
def _folder() -> Iterator[Path]:
    """Make a folder that nobody else may enter, and remove it unless an error ends the block: Ray's logs may tell why.

    Ray's own, /tmp/ray, is shared by all users and open to each.
    """
    parent = temporary_folder()
    n_bytes = len(os.fsencode(socket_path(parent)))
    if n_bytes > LONGEST_SOCKET:
        raise _no_folder(parent, f"the paths of its sockets would have {n_bytes} bytes, of {LONGEST_SOCKET} at most")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent))
    except OSError as error:
        raise _no_folder(parent, error.strerror or str(error)) from error
    try:
        yield folder
    except Exception:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def _no_folder(parent: Path, reason: str) -> InputError:
    return InputError(
        Fault(
            f"Ray can have no folder in {parent}: {reason}",
            "it keeps its sockets and logs there",
            "Choose another: export RAY_TMPDIR=/tmp",
        )
    )


def _stop(others: Collection[psutil.Process]) -> None:
    """Stop Ray and wait until nothing of it is left; its processes hear no SIGTERM, so they are not asked first.

    Args:
        others: Processes of this program that were there before Ray.
    """
    processes = _own_processes(others)
    lines.shut_down_at_once()
    _kill(processes)


def _own_processes(others: Collection[psutil.Process]) -> list[psutil.Process]:
    raylets = [child for child in psutil.Process().children() if child not in others and _is_of_ray(child)]
    return [process for raylet in raylets for process in (raylet, *_descendants(raylet))]


def _kill(processes: Collection[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    running = _still_running(processes, STOP_S)
    if running:
        log.warning("Of Ray's processes %s do not end", ", ".join(str(process.pid) for process in running))


def _still_running(processes: Collection[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Wait until none of ``processes`` runs any more, and return those that still do after ``timeout_s``.

    One that has ended counts as such though nobody asks for its exit code: where its parent ended first, that is for
    the machine's first process to do, which in a container may be late or never do it.
    """
    give_up_at = time.monotonic() + timeout_s
    while running := [process for process in processes if _runs(process)]:
        if time.monotonic() > give_up_at:
            break
        time.sleep(LOOK_S)
    return running


def _runs(process: psutil.Process) -> bool:
    try:
        has_ended = process.status() == psutil.STATUS_ZOMBIE
        process.wait(0)  # our own children are gone only when they are asked
    except psutil.NoSuchProcess:
        return False
    except psutil.TimeoutExpired:
        return not has_ended
    return False


def _is_of_ray(process: psutil.Process) -> bool:
    try:
        return any(f"{os.sep}ray{os.sep}" in word for word in process.cmdline())
    except psutil.Error:  # it has ended
        return False


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
