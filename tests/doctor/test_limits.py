import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from hpo.doctor.limits import FILES, FILES_OF_A_SLOT
from tests.doctor.doctor import doctor


def limited(soft: int, hard: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("soft", "hard", "slots", "level"),
    [
        (4096, 4096, 8, "ok"),
        (128, 4096, 8, "ok"),  # Ray raises it
        (FILES + 2 * FILES_OF_A_SLOT, FILES + 2 * FILES_OF_A_SLOT, 2, "ok"),
        (FILES + 2 * FILES_OF_A_SLOT, FILES + 2 * FILES_OF_A_SLOT, 3, "warning"),
        (40, 40, 1, "fault"),
    ],
)
def test_files_are_enough_for_the_slots_or_not(soft: int, hard: int, slots: int, level: str, tmp_path: Path) -> None:
    """With the limit that the process really has."""
    found = doctor("--slots", str(slots), cwd=tmp_path, before=limited(soft, hard))
    (files,) = found.of("files")
    assert (files["level"], files["values"]["soft"]) == (level, soft)
    assert found.exit_code == (level == "fault")


def test_the_remedy_names_how_many_slots_would_go(tmp_path: Path) -> None:
    """Fewer slots is what a user without rights can have."""
    limit = FILES + 5 * FILES_OF_A_SLOT
    found = doctor("--slots", "64", cwd=tmp_path, before=limited(limit, limit))
    assert found.of("files")[0]["remedy"].endswith("or set concurrency=5.")
