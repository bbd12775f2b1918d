"""A cluster of Ray on this machine, reachable from this machine only: a head and further nodes, each a raylet."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
MARK = "HPO_TEST_CLUSTER"
STOP_S = 30


@dataclass(frozen=True)
class RayCluster:
    """A cluster that runs.

    Attributes:
        address: Where it answers, ``host:port``.
        raylets: Process ids of the raylets, the head's first; to that one the programs on this machine connect.
        mark: Value of the variable :data:`MARK` in the environment of all its processes.
        folder: For the environment variable RAY_TMPDIR: Ray's address file lies in ``ray`` below it.
    """

    address: str
    raylets: Sequence[int]
    mark: str
    folder: str


@contextmanager
def ray_cluster(*cpus: int, hidden: Path | None = None) -> Iterator[RayCluster]:
    """Run a cluster in this block.

    Args:
        cpus: Processors of each node; the first one is the head.
        hidden: A folder in whose place the nodes have an empty one of their own; only for root.
    """
    mark = uuid.uuid4().hex
    folder = tempfile.mkdtemp(prefix="hpo-ray-", dir="/tmp")
    settings = {
        MARK: mark,
        "RAY_TMPDIR": folder,  # where the address file lies, too
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # loopback only
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    command = [sys.executable, "-W", "ignore", __file__, folder, *map(str, cpus)]
    if hidden is not None:
        mounted = f'mount -t tmpfs none "{hidden}" && exec "$@"'
        command = ["unshare", "--mount", "sh", "-c", mounted, "sh", *command]
    try:
        with subprocess.Popen(
            command, env={**os.environ, **settings}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as keeper:
            try:
                assert keeper.stdout is not None
                said = json.loads(keeper.stdout.readline())
                yield RayCluster(said["address"], said["raylets"], mark, folder)
            finally:
                keeper.terminate()
    finally:
        for process in processes(mark):
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(processes(mark), STOP_S)
        shutil.rmtree(folder, ignore_errors=True)


def processes(mark: str) -> list[psutil.Process]:
    """Return every process with ``mark`` in its environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                found.append(process)
    return found


def _keep(folder: str, cpus: Sequence[int]) -> None:
    """Start the cluster, say where it is, and keep it until the other end of the input is closed."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - in this process only

    Path(folder, "ray").mkdir()
    settings = {"node_ip_address": LOOPBACK, "temp_dir": str(Path(folder, "ray")), "include_dashboard": False}
    while True:
        cluster = Cluster(shutdown_at_exit=True)
        nodes = [cluster.add_node(num_cpus=n, **settings) for n in cpus]
        if _entry(cluster.address) == nodes[0].raylet_socket_name:
            break
        cluster.shutdown()
    raylets = [node.all_processes["raylet"][0].process.pid for node in nodes]
    sys.stdout.write(json.dumps({"address": cluster.address, "raylets": raylets}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


def _entry(address: str) -> str:
    """Return the socket of the node to which programs connect: of several at one address any, as random ids fall."""
    import ray  # noqa: PLC0415 - in this process only

    ray.init(address, _node_ip_address=LOOPBACK, log_to_driver=False, logging_level=logging.ERROR)
    node_id = ray.get_runtime_context().get_node_id()
    sockets = {node["NodeID"]: str(node["RayletSocketName"]) for node in ray.nodes()}
    ray.shutdown()
    return sockets[node_id]


if __name__ == "__main__":
    _keep(sys.argv[1], [int(word) for word in sys.argv[2:]])
