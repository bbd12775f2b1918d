"""Versions, and whether they are ones that this program takes together."""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement

from hpo.doctor.finding import Finding, fault, ok, warning
from hpo.versions import version_of, versions

DISTRIBUTION = "hpo"


def libraries(distribution: str = DISTRIBUTION) -> Iterator[Finding]:
    """Hold what is installed against what the package says that it needs on this Python.

    Args:
        distribution: The installed package whose requirements count.
    """
    found = versions()
    text = ", ".join(f"{name} {number}" for name, number in found.items())
    try:
        needed = [Requirement(line) for line in requires(distribution) or ()]
    except PackageNotFoundError:
        yield warning(
            "libraries",
            f"{text}; {distribution} is not installed as a package, so nothing says which of them go together",
            "Install it: pip install --constraint constraints.txt --editable .",
            **found,
        )
        return
    unmet = [fault for need in needed if (fault := _unmet(need)) is not None]
    if not unmet:
        yield ok("libraries", f"{text}; these go together", **found)
    yield from unmet


def _unmet(need: Requirement) -> Finding | None:
    if need.marker is not None and not need.marker.evaluate({"extra": ""}):
        return None
    there = version_of(need.name)
    if there is not None and need.specifier.contains(there, prereleases=True):
        return None
    wanted = f"{need.name}{need.specifier}"
    return fault(
        "libraries",
        f"{need.name} is {'not installed' if there is None else there}; "
        f"with Python {platform.python_version()} it takes {wanted}",
        f"pip install --constraint constraints.txt '{wanted}'",
        package=need.name,
        installed=there,
        required=str(need.specifier),
    )
