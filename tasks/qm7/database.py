"""The molecules, read and divided once per process and lent to each trial."""

import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from tasks.qm7.backend import hippynn
from tasks.qm7.folder import DATABASE, UNITS, DataFolder
from tasks.qm7.settings import Split


def database(folder: DataFolder, split: Split, inputs: list[str], targets: list[str], *, pin_memory: bool) -> Any:
    """Return a hippynn database of the molecules, divided into train, valid and test.

    The arrays are shared by all trials of a process, which only read them; what hippynn changes in a database
    (the names of inputs and targets, the mapping of splits, memory pinning) is each trial's own.

    Args:
        folder: Where the arrays lie.
        split: How to divide them.
        inputs: Names of the arrays the model reads.
        targets: Names of the arrays the losses compare with.
        pin_memory: Whether batches are put where a GPU fetches them fastest.
    """
    stamps = tuple(folder.array(name).stat().st_mtime_ns for name in UNITS)
    own = copy.copy(_divided(folder.root, stamps, split, torch.get_default_dtype()))
    own.splits = {name: dict(arrays) for name, arrays in own.splits.items()}
    own.inputs, own.targets, own.pin_memory = inputs, targets, pin_memory
    return own


@lru_cache(maxsize=2)  # a study has one; the second is for a session that runs two studies in turn
def _divided(root: Path, _stamps: tuple[int, ...], split: Split, _dtype: torch.dtype) -> Any:
    """Read and divide the arrays; ``_stamps`` and ``_dtype`` only tell the entries of the cache apart."""
    return hippynn.databases.DirectoryDatabase(
        directory=str(root),
        name=DATABASE,
        inputs=["Z", "R"],
        targets=["T"],
        test_size=split.test_size,
        valid_size=split.valid_size,
        seed=split.seed,
        pin_memory=False,
        quiet=True,
    )
