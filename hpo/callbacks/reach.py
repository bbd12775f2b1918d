"""Whether anybody answers at an address; libraries that find nobody there try again for minutes."""

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies

CONNECT_S = 5.0
_PORTS = {"http": 80, "https": 443}


def require_answer(address: str) -> None:
    """Make sure that somebody listens at a web address; of another kind, or behind a proxy, nothing is known.

    Args:
        address: Such as ``http://host:5000``.

    Raises:
        ConnectionError: If nobody does.
    """
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or parts.hostname is None or getproxies():
        return
    port = parts.port or _PORTS[parts.scheme]
    try:
        socket.create_connection((parts.hostname, port), CONNECT_S).close()
    except OSError as error:
        raise ConnectionError(f"nobody answers at {parts.hostname}:{port} ({error})") from error
