"""Which versions of Python and of the libraries this program stands on are installed."""

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from hpo import __version__

PACKAGES = ("ax-platform", "botorch", "gpytorch", "torch", "ray", "hydra-core", "hippynn", "numpy")


def versions() -> Mapping[str, str]:
    """Return the versions of this program, of Python, and of those of :data:`PACKAGES` that are installed."""
    found = {name: version_of(name) for name in PACKAGES}
    return {
        "hpo": __version__,
        "python": platform.python_version(),
        **{name: number for name, number in found.items() if number is not None},
    }


def version_of(package: str) -> str | None:
    """Return the version of an installed package; None if it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
