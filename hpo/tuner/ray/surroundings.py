"""What Ray finds around it before it starts: GPUs, its folder for temporary files, the address of a cluster."""

import os
from pathlib import Path

# The rest of Ray Tune takes a second to import.
from ray._private import utils

SESSION = "session_2026-01-01_00-00-00_000000_"  # and the number of the process; its length is what counts
SOCKET = "sockets/plasma_store"  # the longest name of a socket in a session's folder
LONGEST_SOCKET = 107  # bytes, on Linux (unix(7))


def temporary_folder() -> Path:
    """Return where Ray keeps its sessions: their logs, sockets and spilled objects."""
    return Path(utils.get_ray_temp_dir())


def socket_path(largest_pid: int) -> Path:
    """Return the longest path of a socket that a Ray started here may have.

    Args:
        largest_pid: The largest number that a process can have.
    """
    return temporary_folder() / f"{SESSION}{largest_pid}" / SOCKET


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
