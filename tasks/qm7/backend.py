"""hippynn, imported without the warnings that are nobody's business here. Import it from this module only."""

import warnings

#: Warnings while hippynn is imported: start of the message, category.
_NOISE: tuple[tuple[str, type[Warning]], ...] = (
    # hippynn 0.1.3 compiles some of its layers with torch.jit, which torch has deprecated without a date of
    # removal.
    (r"`torch\.jit\.", DeprecationWarning),
    # Its settings are read with distutils; under Python 3.12 and later setuptools provides that.
    (r"The distutils package is deprecated", DeprecationWarning),
    # It builds constant sparse tensors, which are right, for a kind of layer that is not used here.
    (r"Sparse invariant checks are implicitly disabled", UserWarning),
    # On a GPU the kernels are triton's, which comes with torch; numba's serve the CPU, where they need no
    # CUDA.
    (r"Numba is installed but numba\.cuda\.is_available\(\) returned False", UserWarning),
)

with warnings.catch_warnings():
    for _message, _category in _NOISE:
        warnings.filterwarnings("ignore", message=_message, category=_category)
    import hippynn

__all__ = ["hippynn"]
