"""How many threads numerical libraries may use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hpo.environment import environment

# Read once, when a library is loaded: they work for libraries that the trial is the first to load.
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def limited_threads(n_threads: int) -> Iterator[None]:
    """Limit the threads of OpenMP, MKL, OpenBLAS, numba and torch in this block.

    Args:
        n_threads: Threads that one trial may keep busy.
    """
    torch_before = _set_torch_threads(n_threads)
    try:
        with environment(dict.fromkeys(VARIABLES, str(n_threads))):
            yield
    finally:
        if torch_before is not None:
            _set_torch_threads(torch_before)


def _set_torch_threads(n_threads: int) -> int | None:
    torch = sys.modules.get("torch")  # a process without torch need not load it
    if torch is None:
        return None
    before: int = torch.get_num_threads()
    if before != n_threads:
        torch.set_num_threads(n_threads)
    return before
