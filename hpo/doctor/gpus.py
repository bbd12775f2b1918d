"""GPUs, as torch sees them and as Ray does."""

import os
from collections.abc import Iterator

from hpo.doctor.finding import Finding, fault, ok, warning
from hpo.machine import Machine

VISIBLE = "CUDA_VISIBLE_DEVICES"


def gpus() -> Iterator[Finding]:
    """Compare what torch sees with what Ray finds; an import that fails is a fault of its own."""
    by_torch = by_ray = None
    try:
        by_torch = int(Machine.here(count_gpus=True).n_gpus)
    except Exception as error:  # noqa: BLE001 - an import of a foreign library raises what it likes; it is told
        yield _no_import("torch", error)
    try:
        from hpo.tuner.ray.surroundings import n_gpus_detected  # noqa: PLC0415 - it takes half a second

        by_ray = n_gpus_detected()
    except Exception as error:  # noqa: BLE001 - the same
        yield _no_import("ray", error)
    if by_torch is not None and by_ray is not None:
        yield compared(by_torch, by_ray, os.environ.get(VISIBLE))


def compared(by_torch: int, by_ray: int, visible: str | None) -> Finding:
    """Return what to say of the numbers.

    Args:
        by_torch: GPUs that torch can use.
        by_ray: GPUs that Ray finds, visible or not.
        visible: ``CUDA_VISIBLE_DEVICES``; None if it is not set.
    """
    setting = f"{VISIBLE} is not set" if visible is None else f"{VISIBLE}={visible}"
    values = {"torch": by_torch, "ray": by_ray, "cuda_visible_devices": visible}
    what = f"torch sees {by_torch}, Ray finds {by_ray}; {setting}"
    n_visible = None if visible is None else len([name for name in visible.split(",") if name.strip()])
    if by_torch == 0 and by_ray > 0 and n_visible != 0:
        remedy = (
            "Install a torch that is built for CUDA, and look at nvidia-smi; until then resources.gpus_per_trial=0."
        )
        return warning("gpus", what, remedy, **values)
    if n_visible is not None and by_torch not in {0, n_visible}:
        remedy = f"Set {VISIBLE} to the numbers of GPUs that are there, or unset it."
        return warning("gpus", what, remedy, **values)
    return ok("gpus", what, **values)


def _no_import(library: str, error: Exception) -> Finding:
    return fault(
        "libraries",
        f"{library} cannot be imported: {type(error).__name__}: {error}",
        "Make the environment anew from constraints.txt (make setup), or look at what hides the library.",
        library=library,
    )
