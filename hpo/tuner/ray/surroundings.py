"""What Ray finds around it before it starts: GPUs, its folder for temporary files, the address of a cluster."""

import os
from pathlib import Path

# The rest of Ray Tune takes a second to import.
from ray._private import utils

FOLDER_PREFIX = "hpo-"  # of the folder of a Ray of this program's own; 8 random characters follow
SESSION = "session_2026-01-01_00-00-00_000000_"  # and the number of the process; its length is what counts
SOCKET = "sockets/plasma_store"  # the longest name of a socket in a session's folder
LONGEST_SOCKET = 107  # bytes, on Linux (unix(7))
LARGEST_PID = Path("/proc/sys/kernel/pid_max")
FALLBACK = Path("/tmp")  # noqa: S108 - Ray's, too


def temporary_folder() -> Path:
    """Return where a Ray of this program's own has its folder, for logs, sockets and spilled objects.

    It is what RAY_TMPDIR says; else what TMPDIR says, if the paths of sockets are short enough there; else /tmp.
    """
    if os.environ.get("RAY_TMPDIR"):
        return Path(os.environ["RAY_TMPDIR"])
    folder = Path(os.environ.get("TMPDIR") or FALLBACK)
    return folder if len(os.fsencode(socket_path(folder))) <= LONGEST_SOCKET else FALLBACK


def socket_path(above: Path) -> Path:
    """Return the longest path of a socket that a Ray of this program's own may have, with its folder in ``above``."""
    largest_pid = int(LARGEST_PID.read_text()) if LARGEST_PID.is_file() else 99_999  # as on macOS
    return above / f"{FOLDER_PREFIX}{'x' * 8}" / "ray" / f"{SESSION}{largest_pid}" / SOCKET


def cluster_addresses() -> dict[str, str]:
    """Return the addresses of clusters that a bare ``ray.init()`` would join, by the variable or file that has them."""
    found = {}
    if os.environ.get("RAY_ADDRESS"):
        found["RAY_ADDRESS"] = os.environ["RAY_ADDRESS"]
    file = Path(utils.get_ray_address_file(None))
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError:  # none, or another user's
        text = ""
    if text:
        found[str(file)] = text
    return found


def n_gpus_detected() -> int:
    """Return how many GPUs Ray finds by itself, whatever ``CUDA_VISIBLE_DEVICES`` says."""
    try:
        from ray._private import accelerators  # noqa: PLC0415 - the current Ray has it
    except ImportError:
        from ray._private.resource_spec import _autodetect_num_gpus  # noqa: PLC0415 - Ray 2.6

        return int(_autodetect_num_gpus())
    return int(accelerators.get_accelerator_manager_for_resource("GPU").get_current_node_num_accelerators())
