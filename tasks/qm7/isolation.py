"""One trial must not change the next one in the same process."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numba
import torch

from tasks.qm7.backend import hippynn


def chosen_device(setting: str, *, has_gpu: bool) -> torch.device:
    """Return the device a trial runs on.

    Args:
        setting: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.
        has_gpu: Whether the trial was given a GPU or a share of one.
    """
    if setting != "auto":
        return torch.device(setting)
    if has_gpu and not torch.cuda.is_available():
        # Printed, for the trial's log is its standard output.
        print(f"torch {torch.__version__} cannot use the trial's GPU: on the CPU.")  # noqa: T201
    return torch.device("cuda" if has_gpu and torch.cuda.is_available() else "cpu")


@contextmanager
def isolated(device: torch.device, precision: str, *, seed: int, n_threads: int) -> Iterator[None]:
    """Set what is global in torch, numba and hippynn for one trial, and put it back afterwards.

    Args:
        device: Where the trial runs.
        precision: ``float32`` or ``float64``: torch's default for new tensors.
        seed: Of torch's generator on the CPU, from which weights, batches and subsamples are drawn.
        n_threads: Threads of torch and of numba, at least 1.
    """
    with ExitStack() as stack:
        stack.enter_context(_default_dtype(torch.float64 if precision == "float64" else torch.float32))
        stack.enter_context(_threads(n_threads))
        stack.enter_context(_hippynn_settings())
        # Without a list of devices this would create a context on every GPU of the node.
        stack.enter_context(torch.random.fork_rng(devices=[]))
        torch.default_generator.manual_seed(seed)
        if device.type == "cuda":
            # triton launches on the current device, whatever the device of its arguments.
            stack.enter_context(torch.cuda.device(device))
            # Others may share the GPU: blocks that torch keeps for later are memory they lack.
            stack.callback(torch.cuda.empty_cache)
        yield


@contextmanager
def _default_dtype(dtype: torch.dtype) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def _threads(n_threads: int) -> Iterator[None]:
    before = torch.get_num_threads(), numba.get_num_threads()
    torch.set_num_threads(n_threads)
    numba.set_num_threads(min(n_threads, numba.config.NUMBA_NUM_THREADS))
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        numba.set_num_threads(before[1])


@contextmanager
def _hippynn_settings() -> Iterator[None]:
    # No progress bars: the log is a file. No warnings of low distances: one a batch, each with other numbers,
    # for what a search over the cutoffs does on purpose; and on a GPU each batch would wait for the check.
    wanted = {"PROGRESS": None, "WARN_LOW_DISTANCES": False}
    before = {name: getattr(hippynn.settings, name) for name in wanted}
    for name, value in wanted.items():
        setattr(hippynn.settings, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(hippynn.settings, name, value)
