import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.cli import REPOSITORY

pytestmark = [pytest.mark.ray, pytest.mark.slow]

TIMEOUT_S = 120
MARK = "HPO_TEST_LISTENERS"


def members(mark: str) -> Iterator[psutil.Process]:
    """Yield every process that the program started, directly or not, and the program."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark:
                yield process


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


def test_a_local_run_listens_on_loopback_only(tmp_path: Path) -> None:
    """While trials run, nobody else can reach the program, whatever the environment says."""
    mark = uuid.uuid4().hex
    command = [sys.executable, "-m", "hpo", "task.sleep_s=60", "num_trials=2", "concurrency=1"]
    environment = {
        **os.environ,
        MARK: mark,
        "PYTHONPATH": str(REPOSITORY),
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "1",
        "RAY_ADDRESS": "192.0.2.1:6379",  # of nobody; a program that heeds it does not get as far as a trial
    }
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL) as driver:
        try:
            give_up_at = time.monotonic() + TIMEOUT_S
            while not list(tmp_path.glob("outputs/branin/trials/0000/log.txt")):
                assert driver.poll() is None, "the program ended"
                assert time.monotonic() < give_up_at, "no trial began"
                time.sleep(0.2)
            addresses = listening({process.pid for process in members(mark)})
        finally:
            for process in members(mark):
                process.kill()
    assert addresses, "Ray listens somewhere"
    assert [address for address in addresses if not is_loopback(address)] == []
