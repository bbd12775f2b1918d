"""File systems: of which kind, and how much room is left."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from hpo.doctor.finding import Finding, fault, ok, warning

_FUSE = {"fuse.beegfs", "fuse.ceph", "fuse.glusterfs", "fuse.sshfs"}
_PARALLEL = {"beegfs", "ceph", "glusterfs", "gpfs", "lustre", "mmfs", "orangefs", "panfs", "pvfs2", "wekafs"}
NETWORK = frozenset({"9p", "afs", "cifs", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs"} | _FUSE | _PARALLEL)
DISKS = frozenset({"apfs", "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "reiserfs", "ufs", "xfs", "zfs"})
IN_MEMORY = frozenset({"aufs", "devtmpfs", "overlay", "ramfs", "tmpfs"})  # or of a container
LEAST_BYTES = 64 * 2**20  # below it next to nothing can be written
FEW_BYTES = 2**30
FEW_NAMES = 20_000  # a trial makes some five files and folders


@dataclass(frozen=True)
class FileSystem:
    """The file system that a folder lies on.

    Attributes:
        kind: As the mount table has it: ext4, nfs4, ...; ``unknown`` where there is no such table.
        mount_point: Where it is mounted.
        free_bytes: Room for this user.
        free_names: How many files and folders can still be made; None where there is no limit.
    """

    kind: str
    mount_point: Path
    free_bytes: int
    free_names: int | None

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the file system of a folder that exists.

        Raises:
            OSError: If it cannot be looked at.
        """
        real = folder.resolve()
        mounts = [(Path(p.mountpoint), p.fstype) for p in psutil.disk_partitions(all=True)]
        above = [(point, kind) for point, kind in mounts if real.is_relative_to(point)]
        # The last of those with the longest path is the one on top.
        point, kind = max(above, key=lambda mount: len(mount[0].parts), default=(Path(real.anchor), "unknown"))
        topmost = next((k for p, k in reversed(above) if p == point), kind)
        room = os.statvfs(real)
        return cls(topmost, point, room.f_bavail * room.f_frsize, room.f_favail if room.f_files else None)

    @property
    def is_network(self) -> bool:
        """Whether other hosts may see it."""
        return self.kind in NETWORK

    @property
    def is_disk(self) -> bool:
        """Whether it is on a disk of this machine, which may serve it to others all the same."""
        return self.kind in DISKS

    @property
    def is_shared(self) -> bool | None:
        """Whether other hosts may see it; None where its kind does not tell."""
        return True if self.is_network else False if self.is_disk or self.kind in IN_MEMORY else None

    def __str__(self) -> str:
        return f"{self.kind}{', a network file system' if self.is_network else ''}"


def room(check: str, folder: Path, variable: str) -> Iterator[Finding]:
    """Look at the room in a folder that exists.

    Args:
        check: What the finding is about.
        folder: The folder.
        variable: How another one is chosen, for the remedy.
    """
    system = FileSystem.of(folder)
    values = {
        "path": str(folder),
        "file_system": system.kind,
        "is_network": system.is_network,
        "free_bytes": system.free_bytes,
        "free_names": system.free_names,
    }
    free = f"{system.free_bytes / 2**30:.1f} GiB"
    what = f"{folder} ({system}): {free} free"
    remedy = f"Free space below {system.mount_point}, or {variable}."
    if system.free_bytes < LEAST_BYTES or system.free_names == 0:
        yield fault(check, what, remedy, **values)
    elif system.free_bytes < FEW_BYTES:
        yield warning(check, what, remedy, **values)
    elif system.free_names is not None and system.free_names < FEW_NAMES:
        yield warning(check, f"{what}, but {system.free_names} files can be made and no more", remedy, **values)
    else:
        yield ok(check, what, **values)
