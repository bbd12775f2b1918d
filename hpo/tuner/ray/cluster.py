"""A Ray that is there already: found, connected to, looked at, and left as it was."""

import logging
import os
import socket
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import ray

from hpo.environment import environment
from hpo.errors import Fault, InputError
from hpo.interruption import sigterm_held
from hpo.machine import Machine
from hpo.process.imports import import_path
from hpo.quiet import is_verbose
from hpo.tuner.ray import lines
from hpo.tuner.ray.settings import settings

CONNECT_S = 10.0  # for somebody to answer at the address
ANSWER_S = 2.0  # for a node that is not lost
REMEDY = "Set resources.address to the host:port that ray start --head printed, or to null for a Ray of its own"


@dataclass(frozen=True)
class Node:
    """A machine of the cluster, or a part of one.

    Attributes:
        id: Ray's own.
        name: Its host's name and address, for people.
        machine: What it has.
        address: Host and port at which its raylet answers.
    """

    id: str
    name: str
    machine: Machine
    address: tuple[str, int]

    @property
    def answers(self) -> bool:
        """Whether somebody listens at its address; Ray itself takes a while to notice that a node is lost."""
        try:
            socket.create_connection(self.address, ANSWER_S).close()
        except OSError:
            return False
        return True


@contextmanager
def cluster_ray(address: str, slots: int = 1) -> Iterator[None]:
    """Be connected in this block to the Ray at ``address``; on leaving it, what was started there for this ends.

    Workers look for modules where this program does. Those folders, and the studies, lie on a file system that all
    nodes share: nothing is sent.

    Args:
        address: ``auto`` or ``host:port``.
        slots: Trials in flight at most.

    Raises:
        InputError: If no Ray is there, or it does not take this program.
    """
    found, here = _found(address)
    on_loopback = lines.loopback_only() if _is_loopback(found) else nullcontext()  # else Ray takes another address
    with environment(settings(slots)), lines.handlers_left_alone(), on_loopback:
        try:
            with sigterm_held():
                ray.init(
                    address=found,
                    _node_ip_address=here,  # Ray would look at the way to the internet, which a compute node may lack
                    job_config=lines.job_with_path(_path_for_workers()),
                    log_to_driver=False,
                    logging_level=logging.INFO if is_verbose() else logging.ERROR,
                )
        except (ray.exceptions.RayError, ConnectionError, RuntimeError, TimeoutError, ValueError) as error:
            ray.shutdown()
            raise InputError(
                Fault(
                    f"resources.address={address}: the Ray at {found} does not take this program: {_words(error)}",
                    "it takes programs of its own version of Ray and of Python, with its token, on one of its nodes",
                    "Start it with this program's Python, or set resources.address=null for a Ray of its own",
                )
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def nodes() -> list[Node]:
    """Return the nodes of the Ray that is connected, in the order of their names."""
    alive = [node for node in ray.nodes() if node["Alive"]]
    return sorted((_node(node) for node in alive), key=lambda node: (node.name, node.id))


def _node(said: dict[str, object]) -> Node:
    resources = said["Resources"]
    has = resources if isinstance(resources, dict) else {}
    host = str(said["NodeManagerAddress"])
    return Node(
        id=str(said["NodeID"]),
        name=f"{said['NodeManagerHostname']} ({host})",
        machine=Machine(float(has.get("CPU", 0)), float(has.get("GPU", 0))),
        address=(host, int(str(said["NodeManagerPort"]))),
    )


def _found(address: str) -> tuple[str, str]:
    """Return the host and port of ``address``, where somebody listens, and this machine's address on the way there."""
    found = _named() if address == "auto" else address
    host, _, port = found.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_S) as connection:
            here = str(connection.getsockname()[0])
    except (OSError, ValueError) as error:
        raise InputError(
            Fault(f"resources.address={address}: nobody answers at {found}", f"{error}", REMEDY)
        ) from error
    return found, here


def _named() -> str:
    """Return what RAY_ADDRESS or the address file names; Ray itself would join whatever runs on this machine."""
    source, found = "RAY_ADDRESS", os.environ.get("RAY_ADDRESS", "")
    if found in {"", "auto"}:
        source, found = _from_file()
    if "://" in found or ":" not in found:
        raise InputError(
            Fault(
                f"resources.address=auto finds {found!r} in {source}", "that has to be the host:port of a Ray", REMEDY
            )
        )
    return found


def _from_file() -> tuple[str, str]:
    """Return the address file and what is in it.

    Others may write in its folder, so what is looked at is what is read, no link is followed, and no pipe waited for.
    """
    file = lines.address_file()
    try:
        with open(file, opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as opened:
            is_ours = os.fstat(opened.fileno()).st_uid == os.getuid()
            text = opened.read() if is_ours else ""
    except OSError as error:
        raise InputError(
            Fault(
                "resources.address=auto finds no Ray",
                f"RAY_ADDRESS is not set, and no address is in {file}: {error.strerror or error}",
                REMEDY,
            )
        ) from error
    if not is_ours:
        raise InputError(
            Fault(f"resources.address=auto finds {file}, which is another user's", "it joins a Ray of yours", REMEDY)
        )
    return str(file), text.strip()


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _path_for_workers() -> list[str]:
    """Return where this program looks for modules, without what belongs to its Python: each node has its own."""
    paths = sysconfig.get_paths()
    of_python = [Path(paths[key]) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    archive = of_python[0].with_name(f"python{sysconfig.get_config_var('py_version_nodot')}.zip")
    return [
        path
        for path in import_path()
        if Path(path) != archive and not any(Path(path).is_relative_to(folder) for folder in of_python)
    ]


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())
