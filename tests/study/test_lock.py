import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hpo.errors import StudyInUseError, StudyLostError
from hpo.study.holder import LEASE_S
from hpo.study.lock import StudyLock

HOLD = """
import sys, time
from pathlib import Path
from hpo.study.lock import StudyLock
lock = StudyLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_second_process_is_refused_at_once(tmp_path: Path) -> None:
    """It is told which process has the study, and how to look at it."""
    path = tmp_path / ".lock"
    with holder(path) as process:
        began = time.monotonic()
        with pytest.raises(StudyInUseError, match=rf"process {process.pid} \(one.*hpo\.status"):
            StudyLock(path).acquire()
        assert time.monotonic() - began < LEASE_S / 2


def test_a_lock_that_a_crash_left_behind_does_not_block(tmp_path: Path) -> None:
    """After SIGKILL of the holder the next process has the study at once."""
    path = tmp_path / ".lock"
    with holder(path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert path.exists()
    with StudyLock(path):
        assert f"pid={os.getpid()}" in path.read_text()


def test_a_silent_holder_on_another_host_is_taken_for_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where its process cannot be looked for, time without a sign of life decides, by the clock of who waits."""
    monkeypatch.setattr("hpo.study.lock.LEASE_S", 1.0)
    path = tmp_path / ".lock"
    with StudyLock(path):
        text = path.read_text().replace(f"host={socket.gethostname()}", "host=node17")
    path.write_text(text.replace("duration=30.0", "duration=1.0"))
    with StudyLock(path):
        assert "node17 holds the study" in caplog.text


def test_a_released_lock_is_free(tmp_path: Path) -> None:
    """After the end of a session nothing of its lock is left."""
    with StudyLock(tmp_path / ".lock"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_holder_whose_lock_was_taken_over_writes_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that stood still too long finds out before it writes."""
    monkeypatch.setattr("hpo.study.lock.LEASE_S", 0.6)
    path = tmp_path / ".lock"
    with StudyLock(path) as lock:
        lock.check()
        other = tmp_path / "other"
        other.write_text(path.read_text().replace("token=", "token=0"))
        other.replace(path)
        for _ in range(50):
            time.sleep(0.1)
            if lock._lease.compromise is not None:
                break
        with pytest.raises(StudyLostError, match="another process may run the study"):
            lock.check()


def test_a_lock_without_a_name_in_it_blocks_for_a_while_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between the making and the writing of the file leaves it empty; nobody touches it any more."""
    monkeypatch.setattr("hpo.study.lock.LEASE_S", 0.5)
    path = tmp_path / ".lock"
    path.touch()
    with StudyLock(path):
        assert f"pid={os.getpid()}" in path.read_text()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="tells the masks of threads on Linux only")
def test_the_thread_that_touches_it_takes_no_sigterm(tmp_path: Path) -> None:
    """Where Ray starts, it would run a handler of Ray's that aborts the program."""
    with StudyLock(tmp_path / ".lock"):
        (thread,) = [thread for thread in threading.enumerate() if thread.name.startswith("filelock-lease")]
        status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
    blocked = int(status.partition("SigBlk:")[2].split()[0], 16)
    assert blocked >> (signal.SIGTERM - 1) & 1
