"""Ports of this host, and addresses of clusters that are left from earlier."""

import os
import shlex
import socket
from collections.abc import Iterator
from contextlib import closing

from hpo.doctor.finding import Finding, fault, ok, warning

LOOPBACK = "127.0.0.1"
ANSWER_S = 1.0  # for a host to take a connection


def loopback() -> Iterator[Finding]:
    """Bind a port of the loopback interface and connect to it, as Ray's processes do among themselves."""
    try:
        with closing(socket.create_server((LOOPBACK, 0))) as server:
            port = server.getsockname()[1]
            socket.create_connection((LOOPBACK, port), timeout=ANSWER_S).close()
    except OSError as error:
        yield fault(
            "loopback",
            f"no port of {LOOPBACK} can be used: {error.strerror or error}",
            "Bring the loopback interface up (ip link set lo up), or use tuner=inline, which needs no ports.",
        )
        return
    yield ok("loopback", f"ports of {LOOPBACK} can be bound and reached")


def addresses() -> Iterator[Finding]:
    """Look for clusters that a bare ``ray.init()`` would join, and whether they answer.

    A study starts a Ray of its own and reads none of them; other programs do.
    """
    from hpo.tuner.ray.surroundings import cluster_addresses  # noqa: PLC0415 - it takes half a second

    found = cluster_addresses()
    for place, address in found.items():
        yield _address(place, address)
    if not found:
        yield ok("addresses", "no address of a Ray cluster is left from earlier")


def _address(place: str, address: str) -> Finding:
    is_variable = place in os.environ
    said = f"{place}={address}" if is_variable else f"{place} names {address}"
    values = {"place": place, "address": address}
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not (host and port.isdecimal()):
        return ok("addresses", f"{said}, which is no host and port; a study starts a Ray of its own", **values)
    why = _silence(host.strip("[]"), int(port))
    if why is None:
        return ok("addresses", f"{said}, where something answers; a study starts a Ray of its own", **values)
    return warning(
        "addresses",
        f"{said}, where no Ray answers ({why}); a study starts a Ray of its own, other programs would fail",
        f"unset {place}" if is_variable else f"rm {shlex.quote(place)}",
        **values,
    )


def _silence(host: str, port: int) -> str | None:
    """Return why nobody answers there; None if somebody does."""
    try:
        socket.create_connection((host, port), timeout=ANSWER_S).close()
    except (OSError, OverflowError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or str(error)
    return None
