"""What Linux's control groups (of a container, or of a batch job) leave this process, versions 1 and 2."""

from collections.abc import Iterator
from pathlib import Path

MEMBERSHIP = Path("/proc/self/cgroup")
MOUNT = Path("/sys/fs/cgroup")


def cpu_quota(membership: Path = MEMBERSHIP, mount: Path = MOUNT) -> float | None:
    """Return how many processors' time the control groups allow; None without a limit.

    Args:
        membership: Where this process's groups are listed.
        mount: Where the groups are mounted.
    """
    shares = []
    for folder in _folders("cpu", membership, mount):
        quota, _, period = _text(folder / "cpu.max").partition(" ")
        if not period:
            quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
        if quota.isdecimal() and period.isdecimal():
            shares.append(int(quota) / int(period))
    return min(shares, default=None)


def memory_limit(membership: Path = MEMBERSHIP, mount: Path = MOUNT) -> int | None:
    """Return how many bytes the control groups allow; None without a limit. Arguments as for :func:`cpu_quota`.

    Version 1 says "no limit" with a number that is larger than any memory, and so it is returned.
    """
    return min((limit for _, limit in _memory_limits(membership, mount)), default=None)


def memory_left(membership: Path = MEMBERSHIP, mount: Path = MOUNT) -> int | None:
    """Return how many bytes more the control groups allow; None without a limit. Arguments as for :func:`cpu_quota`.

    Copies of files that were not read lately are not counted as used: the kernel gives them up first.
    """
    left = (max(0, limit - _memory_used(folder)) for folder, limit in _memory_limits(membership, mount))
    return min(left, default=None)


def _memory_limits(membership: Path, mount: Path) -> Iterator[tuple[Path, int]]:
    for folder in _folders("memory", membership, mount):
        text = _text(folder / "memory.max") or _text(folder / "memory.limit_in_bytes")
        if text.isdecimal():
            yield folder, int(text)


def _memory_used(folder: Path) -> int:
    used = _text(folder / "memory.current") or _text(folder / "memory.usage_in_bytes")
    counts = dict(line.split() for line in _text(folder / "memory.stat").splitlines())
    idle = counts.get("total_inactive_file") or counts.get("inactive_file", "0")  # "total_" is of version 1
    return max(0, int(used or 0) - int(idle))


def _folders(controller: str, membership: Path, mount: Path) -> Iterator[Path]:
    """Yield the folders of the groups that limit ``controller``, from this process's own up to the mount.

    In a container the path that is listed may be the host's, which is not there; the mount then is the own group.
    """
    for line in _text(membership).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        roots = [mount / controllers, mount / controller] if controllers else [mount / "unified"]
        root = next((root for root in roots if root.is_dir()), mount)
        folder = root / path.lstrip("/")
        yield from (folder, *(above for above in folder.parents if above.is_relative_to(root)))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:  # no such group, or not Linux
        return ""
