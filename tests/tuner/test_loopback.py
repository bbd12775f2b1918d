"""That nobody but its user reaches a local run."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from ray import _raylet

from tests.cli import REPOSITORY

pytestmark = [pytest.mark.ray, pytest.mark.slow]

TIMEOUT_S = 120
MARK = "HPO_TEST_LISTENERS"
CONNECT = """
import sys, ray
ray.init(address=sys.argv[1], _node_ip_address="127.0.0.1", logging_level="ERROR", log_to_driver=False)
print("connected")
"""


class LocalRun:
    """A study of two long trials, one after the other, which has begun the first.

    Args:
        folder: Where it runs.
    """

    def __init__(self, folder: Path) -> None:
        self.ray_folder = Path(tempfile.mkdtemp(prefix="hpo-test-", dir="/tmp"))  # sockets want short paths
        self._mark = uuid.uuid4().hex
        environment = {
            **os.environ,
            MARK: self._mark,
            "PYTHONPATH": str(REPOSITORY),
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1",
            "RAY_ADDRESS": "192.0.2.1:6379",  # of nobody; a program that heeds it does not get as far as a trial
            "RAY_TMPDIR": str(self.ray_folder),
        }
        command = [sys.executable, "-m", "hpo", "task.sleep_s=60", "num_trials=2", "concurrency=1"]
        self.driver = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        self._trial_log = folder / "outputs" / "branin" / "trials" / "0000" / "log.txt"

    def wait_for_trial(self) -> None:
        """Return when the first trial runs."""
        give_up_at = time.monotonic() + TIMEOUT_S
        while not self._trial_log.exists():
            assert self.driver.poll() is None, "the program ended"
            assert time.monotonic() < give_up_at, "no trial began"
            time.sleep(0.2)

    def processes(self) -> Iterator[psutil.Process]:
        """Yield every process that the program started, directly or not, and the program."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get(MARK) == self._mark:
                    yield process

    def address(self) -> str:
        """Return where its Ray is reached."""
        lines = [" ".join(process.cmdline()) for process in self.processes()]
        return next(found[1] for line in lines if (found := re.search(r"--gcs-address=(\S+)", line)))

    def end(self) -> None:
        """End all of it at once."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.driver.wait()
        shutil.rmtree(self.ray_folder, ignore_errors=True)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[LocalRun]:
    run = LocalRun(tmp_path)
    try:
        run.wait_for_trial()
        yield run
    finally:
        run.end()


def listening(pids: set[int]) -> set[str]:
    """Return the addresses on which these processes listen, as ``ss -ltnp`` has them."""
    ss = shutil.which("ss")
    if ss is None:
        connections = psutil.net_connections(kind="inet")
        return {c.laddr.ip for c in connections if c.laddr and c.status == psutil.CONN_LISTEN and c.pid in pids}
    printed = subprocess.run([ss, "-Hltnp"], capture_output=True, text=True, check=True).stdout
    return {
        line.split()[3].rpartition(":")[0].strip("[]")
        for line in printed.splitlines()
        if pids & {int(pid) for pid in re.findall(r"pid=(\d+)", line)}
    }


def is_loopback(address: str) -> bool:
    return address.removeprefix("::ffff:").startswith("127.") or address == "::1"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def connect(address: str, **settings: str) -> str:
    """Return what another program prints that goes to the Ray at ``address``, with these environment variables."""
    done = subprocess.run(
        [sys.executable, "-c", CONNECT, address],
        env={**os.environ, "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", **settings},  # else it asks on another address
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return done.stdout + done.stderr


def test_a_local_run_listens_on_loopback_only(run: LocalRun) -> None:
    """While trials run, nobody else can reach the program, whatever the environment says."""
    addresses = listening({process.pid for process in run.processes()})
    assert addresses, "Ray listens somewhere"
    assert [address for address in addresses if not is_loopback(address)] == []


def test_a_local_ray_is_its_users_alone_and_leaves_nothing(run: LocalRun) -> None:
    """Its sockets lie where nobody else may enter, it asks for a token where Ray has them, and all goes with it."""
    (folder,) = run.ray_folder.iterdir()
    assert mode(folder) == 0o700
    assert list(folder.glob("ray/session_2*/sockets/plasma_store"))
    if hasattr(_raylet, "AuthenticationTokenLoader"):
        token = str(folder / "token")
        assert "AuthenticationError" in connect(run.address(), RAY_AUTH_MODE="token", RAY_AUTH_TOKEN="0" * 64)
        assert "connected" in connect(run.address(), RAY_AUTH_MODE="token", RAY_AUTH_TOKEN_PATH=token)
    run.driver.send_signal(signal.SIGTERM)
    assert run.driver.wait(TIMEOUT_S) == 128 + signal.SIGTERM
    assert list(run.ray_folder.iterdir()) == []
    assert [process for process in run.processes() if process.is_running()] == []
