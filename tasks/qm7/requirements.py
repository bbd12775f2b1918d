"""What the task needs from outside: data, a device, matplotlib."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from hpo.errors import Fault
from tasks.qm7.folder import DataFolder


def missing(data: Path, device: str, *, plots: bool) -> Iterator[Fault]:
    """Yield a fault for each thing that is not there, with where it was looked for and how to get it.

    Args:
        data: Folder of the prepared arrays.
        device: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        plots: Whether plots are drawn.
    """
    yield from _data_faults(DataFolder(data))
    if device.startswith("cuda"):
        yield from _cuda_faults(device)
    if plots and find_spec("matplotlib") is None:
        yield Fault(
            "task.plots=true needs matplotlib, which is not installed",
            "without it there are no plots",
            "Set task.plots=false, or pip install matplotlib",
        )


def _data_faults(folder: DataFolder) -> Iterator[Fault]:
    if not folder.is_complete:
        yield Fault(
            f"task.data={folder.root} holds no prepared QM7 data",
            f"it takes a folder with {folder.manifest.name} and the arrays {folder.array('R').name}, "
            f"{folder.array('Z').name}, {folder.array('T').name}",
            f"With the file at hand: python -m tasks.qm7.prepare qm7.mat --out {folder.root}; download: "
            f"python -m tasks.qm7.prepare --out {folder.root}; for synthetic molecules, to try the program: "
            f"python -m tasks.qm7.prepare --sample 500 --out {folder.root}",
        )
        return
    try:
        folder.read_manifest()
    except ValueError as error:
        yield Fault(f"task.data={folder.root} is damaged", str(error), "Or set task.data to another folder")


def _cuda_faults(device: str) -> Iterator[Fault]:
    import torch  # noqa: PLC0415 - takes seconds to import

    if not torch.cuda.is_available():
        yield Fault(
            f"task.device={device}: torch {torch.__version__} finds no CUDA device here",
            "auto takes a GPU wherever a trial is given one, and the CPU elsewhere",
            "Set task.device=auto",
        )
