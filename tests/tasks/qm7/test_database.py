from pathlib import Path
from typing import Any

import pytest

from tasks.qm7.database import database
from tasks.qm7.folder import DataFolder
from tasks.qm7.prepare import main
from tasks.qm7.settings import Split

SPLIT = Split(test_size=0.1, valid_size=0.1, seed=2001)


def lent(data: Path, split: Split = SPLIT) -> Any:
    return database(DataFolder(data), split, ["R", "Z"], ["T"], pin_memory=False)


def test_the_molecules_are_read_once_for_all_trials(data: Path) -> None:
    """Two trials of a process share the arrays, and nothing that hippynn changes."""
    first, second = lent(data), lent(data)
    first.splits["train"].clear()
    assert second.splits["valid"]["R"] is first.splits["valid"]["R"]
    assert len(second.splits["train"]["R"]) == 80


def test_another_seed_divides_the_molecules_differently(data: Path) -> None:
    """A division is kept under its own settings."""
    other = Split(test_size=0.1, valid_size=0.1, seed=1)
    assert lent(data).splits["test"]["indices"].tolist() != lent(data, other).splits["test"]["indices"].tolist()


def test_replaced_data_is_read_anew(tmp_path: Path) -> None:
    """A long-lived worker does not go on with data that is no longer there."""
    main(["--sample", "50", "--out", str(tmp_path / "qm7")])
    before = len(lent(tmp_path / "qm7").splits["train"]["T"])
    main(["--sample", "60", "--out", str(tmp_path / "qm7"), "--force"])
    assert (before, len(lent(tmp_path / "qm7").splits["train"]["T"])) == (40, 48)


@pytest.mark.parametrize("name", ["train", "valid", "test"])
def test_the_parts_do_not_overlap(data: Path, name: str) -> None:
    """No molecule is in two parts."""
    splits = lent(data).splits
    others = {i for other in splits if other != name for i in splits[other]["indices"].tolist()}
    assert others.isdisjoint(splits[name]["indices"].tolist())
