"""What no option of ``ray start`` says: Ray calls what ``RAY_START_HOOK`` names before it starts."""

from typing import Any


def without_client(parameters: Any, is_head: bool) -> None:
    """Keep Ray from opening a port for Ray Client, on all addresses and by default the same for all users.

    Args:
        parameters: Those of the Ray that is about to start; changed in place.
        is_head: Whether it is the first node's.
    """
    del is_head
    parameters.ray_client_server_port = None
