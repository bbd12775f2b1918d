"""Who holds a study's lock, as far as the lock file tells."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LEASE_S = 30.0  # a holder on another host that was not heard of for so long is taken for dead
SILENCE_S = 4 * LEASE_S  # NFS shows a touch up to a minute late, and clocks differ
_FIRST_NAMESPACE = 0xEFFFFFFC  # of process ids on Linux, the host's own (linux/nsfs.h)


@dataclass(frozen=True)
class Holder:
    """The process that runs a study.

    Attributes:
        pid: Its number; 0 if the lock file does not tell.
        host: Where it is; empty if the lock file does not tell.
        is_here: Whether that is this host, so that the process was seen.
        silent_s: Seconds since it touched the lock file, by this host's clock.
    """

    pid: int
    host: str
    is_here: bool
    silent_s: float

    @property
    def is_active(self) -> bool:
        """Whether the process is there, or on another host gave a sign of life of late."""
        return self.is_here or self.silent_s < SILENCE_S

    @property
    def seen(self) -> str:
        """It, and when it was last heard of if that is longer ago than the lock's lease."""
        if self.is_here or self.silent_s <= LEASE_S:
            return str(self)
        return f"{self}, last sign of life {self.silent_s:.0f} s ago"

    def is_of(self, pid: int, host: str) -> bool:
        """Tell whether it is the process ``pid`` on ``host``."""
        return (self.pid, self.host) == (pid, host)

    def __str__(self) -> str:
        if not self.pid:
            return "a process"
        return f"process {self.pid}" if self.is_here else f"process {self.pid} on {self.host}"


def read_holder(path: Path, now: float) -> Holder | None:
    """Return who holds the lock at ``path``; None if it is free, or was left behind by a process of this host.

    Args:
        path: The lock file.
        now: Seconds since 1970.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        silent_s = max(0.0, now - path.stat().st_mtime)
    except FileNotFoundError:  # also if it was released between the two
        return None
    fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    pid = int(fields["pid"]) if fields.get("pid", "").isdecimal() else 0
    # What follows the host is its namespace of process ids, in a container.
    host, _, namespace = fields.get("host", "").partition("?pidns-")
    is_here = host == socket.gethostname() and namespace == _namespace()
    if is_here and not _is_alive(pid, fields):
        return None
    return Holder(pid, host, is_here, silent_s)


def _namespace() -> str:
    try:
        number = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:  # not Linux
        return ""
    return "" if number == _FIRST_NAMESPACE else f"{number:x}"


def _is_alive(pid: int, fields: Mapping[str, str]) -> bool:
    """Tell whether ``pid`` is there and is the process that took the lock, not a later one of the same number."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    began, current = fields.get("start", ""), _start(pid)
    return current is None or not began.isdecimal() or int(began) % 2**64 == current


def _start(pid: int) -> int | None:
    """Return when the process began, in clock ticks since the boot; None where that cannot be read."""
    try:
        return int(
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
        )
    except (OSError, ValueError, IndexError):
        return None
