from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.cli import REPOSITORY


class SharedFixtureScheduling(LoadScopeScheduling):
    """One process runs the tests that share a fixture; any process runs any other test.

    ``--dist loadgroup`` would do, had its marks an effect: those of pytest-xdist 3.8 have none with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _sharing(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what one process has to do from end to end."""
    items.sort(key=lambda item: _sharing(item.nodeid) == item.nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedFixtureScheduling:
    return SharedFixtureScheduling(config, log)


def _sharing(nodeid: str) -> str:
    """Return the folder or the file whose tests share a fixture with this one; the test itself if none does."""
    file, _, _ = nodeid.partition("::")
    folder = str(Path(file).parent)
    if _shares(f"{folder}/conftest.py", "session"):
        return folder
    return file if _shares(file, "module") else nodeid


@cache
def _shares(file: str, scope: str) -> bool:
    path = REPOSITORY / file
    return path.is_file() and f'scope="{scope}"' in path.read_text()
