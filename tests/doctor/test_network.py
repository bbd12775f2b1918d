import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.doctor.doctor import doctor, unshared


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def open_port() -> Iterator[int]:
    """A port on which somebody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield int(server.getsockname()[1])


def test_a_variable_that_names_a_cluster_that_is_gone(closed_port: int, tmp_path: Path) -> None:
    """A study does not read it; other programs would hang on it."""
    found = doctor(cwd=tmp_path, RAY_ADDRESS=f"127.0.0.1:{closed_port}", RAY_TMPDIR=str(tmp_path))
    (address,) = found.of("addresses")
    assert (address["level"], address["remedy"]) == ("warning", "unset RAY_ADDRESS")
    assert "Connection refused" in address["what"]


def test_a_cluster_that_answers_is_told(open_port: int, tmp_path: Path) -> None:
    """And that a study does not use it."""
    found = doctor(cwd=tmp_path, RAY_ADDRESS=f"ray://127.0.0.1:{open_port}", RAY_TMPDIR=str(tmp_path))
    (address,) = found.of("addresses")
    assert address["level"] == "ok"
    assert "something answers; a study starts a Ray of its own" in address["what"]


def test_a_file_that_names_a_cluster_that_is_gone(closed_port: int, tmp_path: Path) -> None:
    """Ray leaves it behind when a node goes down; the remedy removes it."""
    file = tmp_path / "ray" / "ray_current_cluster"
    file.parent.mkdir()
    file.write_text(f"127.0.0.1:{closed_port}")
    found = doctor(cwd=tmp_path, RAY_TMPDIR=str(tmp_path), RAY_ADDRESS="")
    (address,) = found.of("addresses")
    assert (address["level"], address["remedy"]) == ("warning", f"rm {file}")
    assert file.exists()


def test_an_address_that_is_no_host_and_port_is_told(tmp_path: Path) -> None:
    """Such as auto, which means whatever cluster there is."""
    found = doctor(cwd=tmp_path, RAY_ADDRESS="auto", RAY_TMPDIR=str(tmp_path))
    assert found.levels("addresses") == ["ok"]


def test_a_loopback_interface_that_is_down_is_a_fault(tmp_path: Path) -> None:
    """As in a container without a network: Ray's processes could not reach each other."""
    found = doctor(cwd=tmp_path, wrapped_in=unshared("--net"))
    (loopback,) = found.of("loopback")
    assert (found.exit_code, loopback["level"]) == (1, "fault")
    assert "ip link set lo up" in loopback["remedy"]
