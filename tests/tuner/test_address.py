"""Which Ray ``resources.address`` names, and which address is refused."""

import os
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.tuner.ray.cluster import cluster_ray

pytestmark = [pytest.mark.ray, pytest.mark.slow]


def test_an_address_where_nobody_listens_is_refused() -> None:
    """At once, without Ray's own attempts of minutes."""
    with pytest.raises(InputError, match=r"nobody answers at 127\.0\.0\.1:1 .*or to null"), cluster_ray("127.0.0.1:1"):
        pass


@pytest.mark.parametrize("address", ["", "auto"])
def test_auto_without_a_ray_is_refused(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray itself would join any Ray whose processes it finds on this machine."""
    monkeypatch.setenv("RAY_ADDRESS", address)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    with (
        pytest.raises(InputError, match=r"RAY_ADDRESS is not set, and no address is in .*: No such file"),
        cluster_ray("auto"),
    ):
        pass


@pytest.fixture
def address_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where Ray would leave the address; the folder is there."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    (tmp_path / "ray").mkdir()
    return tmp_path / "ray" / "ray_current_cluster"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_an_address_file_of_another_user_is_refused(address_file: Path) -> None:
    """Whoever wrote it would run this program's trials, on a Ray of their own."""
    address_file.write_text("127.0.0.1:1")
    os.chown(address_file, 12345, -1)
    with pytest.raises(InputError, match="ray_current_cluster, which is another user's"), cluster_ray("auto"):
        pass


def test_an_address_file_that_is_a_link_is_refused(address_file: Path) -> None:
    """Another user could have made the link, to a file that is this user's."""
    target = address_file.with_name("target")
    target.write_text("127.0.0.1:1")
    address_file.symlink_to(target)
    with pytest.raises(InputError, match=r"auto finds no Ray .*Too many levels of symbolic links"), cluster_ray("auto"):
        pass


def test_auto_takes_no_address_of_another_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program runs on a node; through Ray's client it would not see the trials' files."""
    monkeypatch.setenv("RAY_ADDRESS", "ray://10.0.0.1:10001")
    with pytest.raises(InputError, match=r"'ray://10.0.0.1:10001' in RAY_ADDRESS"), cluster_ray("auto"):
        pass
