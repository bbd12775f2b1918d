import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.cli import REPOSITORY

pytestmark = pytest.mark.slow

TIMEOUT_S = 120


def listeners(process: psutil.Process) -> set[str]:
    """Return the addresses on which the process and its children listen."""
    found: set[str] = set()
    for member in [process, *process.children(recursive=True)]:
        try:
            connections = member.net_connections(kind="inet")
        except psutil.NoSuchProcess:  # it ended since the list was made
            continue
        found.update(c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN)
    return found


def test_a_local_run_listens_on_loopback_only(tmp_path: Path) -> None:
    """While trials run, nobody else can reach the program, whatever the environment says."""
    command = [sys.executable, "-m", "hpo", "optimizer=sobol", "task.sleep_s=60", "num_trials=2", "concurrency=1"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1"}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as driver:
        process = psutil.Process(driver.pid)
        try:
            give_up_at = time.monotonic() + TIMEOUT_S
            while not list(tmp_path.glob("outputs/branin/trials/0000/log.txt")):
                assert time.monotonic() < give_up_at, "no trial began"
                time.sleep(0.2)
            addresses = listeners(process)
        finally:
            for member in [*process.children(recursive=True), process]:
                if member.is_running():
                    member.kill()
    assert addresses, "Ray listens somewhere"
    assert all(address.removeprefix("::ffff:").startswith("127.") or address == "::1" for address in addresses)
