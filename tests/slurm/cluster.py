"""A real SLURM on this machine for as long as a test needs it: a controller and nodes, each in a network of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.slurm.requirements import what_is_missing

IP = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin") or "ip"
START_S = 30
CALL_S = 60  # the clients try again for minutes where no controller answers
CONTROLLER = "10.77.0.254"
FINAL = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "BOOT_FAIL"}
SCRATCH = "/mnt"  # on each node a folder of its own is mounted here
SETTINGS = Path(__file__).with_name("slurm.conf.template")
SUBSTITUTES = Path(__file__).with_name("bin")  # a sacct, for want of accounting


class SlurmCluster:
    """A controller and nodes ``n1``, ``n2``, ... that share this machine's processors and files.

    Each node has a network namespace, a host name and a folder at :data:`SCRATCH` of its own, so that what runs on two
    nodes meets over the network, and nothing is reachable from outside. The GPUs are /dev/null by other names: SLURM
    hands them out, and no more.

    Args:
        n_nodes: Nodes.
        n_cpus: Processors that the first claims to have; each further one has one less.
        n_gpus: GPUs that each claims to have.
    """

    def __init__(self, n_nodes: int = 2, n_cpus: int = 4, n_gpus: int = 4) -> None:
        self.nodes = [f"n{i + 1}" for i in range(n_nodes)]
        self.folder = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))  # sockets want short paths
        self.daemons: dict[str, psutil.Process] = {}
        self._tag = self.folder.name
        self.n_cpus = {node: n_cpus - i for i, node in enumerate(self.nodes)}
        self._n_gpus = n_gpus

    def start(self) -> None:
        """Start it, and return when every node is ready."""
        self._write_settings()
        self._make_networks()
        self._launch("control", "/usr/sbin/slurmctld", "-D", "-i", host=socket.gethostname())
        for node in self.nodes:
            self.start_node(node)
        self.wait_for(lambda: self._idle() == len(self.nodes), START_S, "the nodes are ready")

    def start_node(self, node: str) -> None:
        """Start the daemon of one node."""
        self._launch(node, "/usr/sbin/slurmd", "-D", "-N", node, host=node)

    def stop(self) -> None:
        """End the jobs, the daemons and the networks; called twice it does no harm."""
        if "control" in self.daemons:
            with suppress(AssertionError, subprocess.TimeoutExpired):
                self.run("scancel", "--user=root")
                self.wait_for(lambda: not self.run("squeue", "-h"), 60, "the jobs are gone")
        for process in reversed(self.daemons.values()):
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(list(self.daemons.values()), timeout=10)[1]:
            process.kill()
        self.daemons.clear()
        for name in ("control", *self.nodes):
            subprocess.run([IP, "netns", "del", self._namespace(name)], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *command: str, cwd: Path | None = None, timeout_s: float = CALL_S) -> str:
        """Run a command where the controller is, as a user on a login node would, and return what it printed."""
        done = subprocess.run(
            [*self.login, *command],
            cwd=cwd,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    @property
    def login(self) -> list[str]:
        """What a command begins with that runs on the login node."""
        return self._inside("control")

    @property
    def environment(self) -> dict[str, str]:
        """What a user's shell has."""
        path = f"{SUBSTITUTES}:{os.environ['PATH']}:/usr/sbin"
        return {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": path}

    def state(self, job: str) -> str:
        """Return how a job stands, in SLURM's words."""
        return self.field(job, "JobState")

    def field(self, job: str, name: str) -> str:
        """Return what ``scontrol show job`` says under ``name``."""
        words = self.run("scontrol", "-o", "show", "job", job).split()
        return next(word.partition("=")[2] for word in words if word.startswith(f"{name}="))

    def wait_until_ended(self, job: str, timeout_s: float = 180) -> str:
        """Return the state in which a job ended."""
        self.wait_for(lambda: self.state(job) in FINAL, timeout_s, f"job {job} ends")
        return self.state(job)

    def fail_node(self, node: str, job: str) -> None:
        """End the daemon of a node and all that a job has there, as a node that loses its power does."""
        for process in (self.daemons[node], *self.processes(job, node)):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.daemons[node].wait(10)

    def scratch(self, node: str) -> Path:
        """Return what a node has at :data:`SCRATCH`."""
        return self.folder / f"scratch.{node}"

    def wait_for(
        self, is_so: Callable[[], bool], timeout_s: float, what: str, ignore: Collection[str] = frozenset()
    ) -> None:
        """Return when ``is_so`` holds; fail after ``timeout_s``, or when a daemon has ended that is not ignored."""
        deadline = time.monotonic() + timeout_s
        while not is_so():
            dead = [name for name, process in self.daemons.items() if name not in ignore and not _is_alive(process)]
            assert not dead, f"{dead} ended: {self.log(dead[0])}"
            assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}; {self.log('control')}"
            time.sleep(0.2)

    def log(self, name: str) -> str:
        """Return the end of what a daemon said."""
        return (self.folder / f"{name}.log").read_text()[-3000:]

    def processes(self, job: str, node: str | None = None) -> list[psutil.Process]:
        """Return the processes that a job or a whole array has, of one node or all; also those that SLURM lost."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                its = process.environ()
                is_ours = its.get("SLURM_CONF") == self.environment["SLURM_CONF"]
                is_ours = is_ours and node in {None, its.get("SLURMD_NODENAME")}
                jobs = {its.get("SLURM_JOB_ID"), its.get("SLURM_ARRAY_JOB_ID")}
                if is_ours and job in jobs and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def _idle(self) -> int:
        return self.run("sinfo", "-h", "-N", "-p", "main", "-o", "%T").split().count("idle")

    def _namespace(self, name: str) -> str:
        return f"{self._tag}-{name}"

    def _inside(self, name: str) -> list[str]:
        # Not "ip netns exec": it mounts /sys anew, without the control groups that slurmd looks for.
        return ["nsenter", f"--net=/run/netns/{self._namespace(name)}"]

    def _launch(self, name: str, *command: str, host: str) -> None:
        # Each of these replaces itself by the next, so that the process that is started here is the daemon.
        scratch = self.scratch(name)
        scratch.mkdir(exist_ok=True)
        shell = ["unshare", "--uts", "--mount", "--", "sh", "-ec"]
        shell += ['hostname "$0"; mount --bind "$1" "$2"; shift 2; exec "$@"', host, str(scratch), SCRATCH]
        shell += ["setpriv", "--pdeathsig", "KILL"]  # a test that is killed takes them along
        with (self.folder / f"{name}.log").open("a") as log:
            self.daemons[name] = psutil.Popen(
                [*self._inside(name), *shell, *command],
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _make_networks(self) -> None:
        control = self._namespace("control")
        _ip("netns", "add", control)
        _ip("-n", control, "link", "set", "lo", "up")
        _ip("-n", control, "link", "add", "bridge", "type", "bridge")
        _ip("-n", control, "addr", "add", f"{CONTROLLER}/24", "dev", "bridge")
        _ip("-n", control, "link", "set", "bridge", "up")
        for i, node in enumerate(self.nodes):
            space = self._namespace(node)
            _ip("netns", "add", space)
            _ip("-n", space, "link", "set", "lo", "up")
            _ip("-n", control, "link", "add", node, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("-n", control, "link", "set", node, "master", "bridge", "up")
            _ip("-n", space, "addr", "add", f"10.77.0.{i + 1}/24", "dev", "eth0")
            _ip("-n", space, "link", "set", "eth0", "up")

    def _write_settings(self) -> None:
        self.folder.chmod(0o755)
        devices = self.folder / "dev"
        for folder in (self.folder / "state", devices):
            folder.mkdir()
        for i in range(self._n_gpus):
            os.mknod(devices / f"nvidia{i}", 0o20666, os.makedev(1, 3))
        nodes = [
            f"NodeName={node} NodeHostname={node} NodeAddr=10.77.0.{i + 1} CPUs={self.n_cpus[node]} Boards=1 "
            f"SocketsPerBoard=1 CoresPerSocket={self.n_cpus[node]} ThreadsPerCore=1 RealMemory=8000 "
            f"Gres=gpu:{self._n_gpus}"
            for i, node in enumerate(self.nodes)
        ]
        # The folders of Ray carry the job's number, and this machine may have seen another SLURM.
        first = 10 * os.getpid()
        text = SETTINGS.read_text().format(
            folder=self.folder, host=socket.gethostname(), controller=CONTROLLER, first=first
        )
        (self.folder / "slurm.conf").write_text("\n".join([text, *nodes, ""]))
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")  # it is loaded even where nothing uses it
        (self.folder / "gres.conf").write_text(
            "AutoDetect=off\n"
            f"NodeName=n[1-{len(self.nodes)}] Name=gpu File={devices}/nvidia[0-{self._n_gpus - 1}] "
            "Flags=nvidia_gpu_env\n"
        )


@contextmanager
def slurm_cluster() -> Iterator[SlurmCluster]:
    """Have a SLURM with two nodes in this block; skip the test where none can be started."""
    reason = what_is_missing()
    if reason is not None:
        pytest.skip(reason)
    cluster = SlurmCluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def _is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _ip(*arguments: str) -> None:
    subprocess.run([IP, *arguments], check=True, capture_output=True)
