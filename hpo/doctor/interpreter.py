"""The interpreter: its path, what hides its modules, and the variables that change how it computes."""

import importlib.machinery
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import hpo
from hpo.doctor.finding import Finding, fault, ok, warning
from hpo.threads import VARIABLES

OURS = ("hpo", "conf", "tasks")
OTHERS = (
    "ax",
    "botorch",
    "filelock",
    "hydra",
    "numpy",
    "omegaconf",
    "pandas",
    "psutil",
    "ray",
    "rich",
    "torch",
    "yaml",
)
BINDING = ("OMP_PROC_BIND", "GOMP_CPU_AFFINITY")  # to processors, the same ones in each process
_UNBOUND = {"", "false"}


def path_of_python(executable: str = sys.executable) -> Iterator[Finding]:
    """Look whether Ray could start workers with this Python.

    Args:
        executable: Its path.
    """
    folder = tempfile.gettempdir()
    if " " not in executable:
        yield ok("python", executable)
    elif " " not in folder:
        yield ok("python", f"{executable}, whose path has a space: Ray is given a link in {folder}")
    else:
        yield fault(
            "python",
            f"Ray starts no worker from {executable}: its path has a space, and so has {folder}, where a link would be",
            "export TMPDIR=/tmp",
        )


def hidden_modules(directory: Path | None = None) -> Iterator[Finding]:
    """Look for modules in the directory in which the program is started that hide those it needs.

    Args:
        directory: The directory; None for the working directory.
    """
    here = directory or Path.cwd()
    home = Path(hpo.__file__).parents[1]
    rest = [entry for entry in sys.path if Path(entry or ".").absolute() != here]
    hidden = []
    for name in (*OURS, *OTHERS):
        wanted = _origin(name, [str(home), *rest])
        found = _origin(name, [str(here), *rest])
        if found is not None and found != wanted and found.is_relative_to(here):
            hidden.append(found)
            yield fault(
                "modules",
                f"{found} hides the {name} that this program needs",
                f"Start the program in another directory, or give that {'folder' if found.is_dir() else 'file'} "
                f"another name.",
                module=name,
            )
    if not hidden:
        yield ok("modules", f"nothing in {here} hides a module that is needed")


def threads() -> Iterator[Finding]:
    """Look at the variables that say how many threads there are, and where."""
    for name in BINDING:
        value = os.environ.get(name)
        if value is not None and value.lower() not in _UNBOUND:
            yield warning(
                "threads",
                f"{name}={value} binds the threads of each trial to the same processors",
                f"unset {name}",
                variable=name,
            )
    said = [f"{name}={os.environ[name]}" for name in VARIABLES if name in os.environ]
    text = ", ".join(said) if said else f"{VARIABLES[0]} is not set"
    yield ok("threads", f"{text}; a trial gets resources.cpus_per_trial threads whatever it is")


def _origin(name: str, path: Sequence[str]) -> Path | None:
    """Return the file or folder that ``import name`` takes from ``path``; None if there is none."""
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec is None or spec.origin is None:  # a folder without __init__.py hides nothing
        return None
    origin = Path(spec.origin)
    return (origin.parent if origin.name == "__init__.py" else origin).absolute()
