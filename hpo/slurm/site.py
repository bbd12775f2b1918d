"""What a site's SLURM wants of a job, whatever the study."""

import json
import math
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hpo.errors import Fault, raise_faults

# Ray's folder is SCRATCH/hpo-JOB/ray, and this the longest name of a socket in it: date, time, microseconds, process.
SOCKET_BYTES = 107
LONGEST_SOCKET = len("/hpo-4294967295/ray/session_2026-01-01_00-00-00_000000_4194304/sockets/plasma_store")


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a site wants: the group ``cluster``.

    Attributes:
        partition: Of the job; None for the site's default.
        account: That pays; None for the user's default.
        gpu_type: Of the GPUs, as the site names it; None for any.
        sbatch: Further options of sbatch.
        preamble: Lines of bash that come before all else.
        container: The command that runs Python in an image; None without one. As in ``python`` and ``scratch``,
            ``$NAME`` is a variable of the node's.
        python: The interpreter on the nodes; None for the one that writes the script.
        scratch: A folder that every node has to itself.
        stop_s: From the end of a study's time of grace to the time limit, in s.

    Raises:
        InputError: If a setting is of another kind, or the folder's name is too long for Ray's sockets.
    """

    partition: str | None = None
    account: str | None = None
    gpu_type: str | None = None
    sbatch: Sequence[str] = ()
    preamble: Sequence[str] = ()
    container: str | None = None
    python: str | None = None
    scratch: str = "/tmp"  # noqa: S108 - on the nodes, and a folder with the job's number below it
    stop_s: float = 60.0

    def __post_init__(self) -> None:
        raise_faults(self._faults())

    def _faults(self) -> Iterator[Fault]:
        for name in ("partition", "account", "gpu_type", "container", "python"):
            value = getattr(self, name)
            if value is not None and not _is_line(value):
                remedy = f"Set \"cluster.{name}='{value}'\"" if _is_number(value) else f"Set cluster.{name}=null"
                yield Fault(f"cluster.{name}={value} is no line of text", "it takes one, or null", remedy)
        if self.container is not None and _is_line(self.container) and not _has_words(self.container):
            yield Fault(
                f"cluster.container={self.container} has a quote that does not end",
                "it takes a command as it is typed",
                "End it",
            )
        for name in ("sbatch", "preamble"):
            lines = getattr(self, name)
            if isinstance(lines, str) or not isinstance(lines, Sequence) or not all(map(_is_line, lines)):
                remedy = f"Write it as {name}: {_listed(lines)}"
                shown = "\\n".join(str(lines).splitlines())
                yield Fault(f"cluster.{name}={shown} is no list of lines", "it takes lines of text", remedy)
            elif name == "sbatch" and not all(line.startswith("-") for line in lines):
                yield Fault(
                    f"cluster.sbatch={list(lines)} has more than options of sbatch",
                    "each begins with -",
                    "Set \"cluster.sbatch=['--qos=long']\"",
                )
        yield from self._place_faults()

    def _place_faults(self) -> Iterator[Fault]:
        longest = SOCKET_BYTES - LONGEST_SOCKET
        if (
            not _is_line(self.scratch)
            or not self.scratch.startswith(("/", "$"))
            or len(self.scratch.split()) > 1
            or len(self.scratch.encode()) > longest
        ):
            yield Fault(
                f"cluster.scratch={self.scratch} is no place for Ray's sockets",
                f"it takes an absolute path of at most {longest} bytes without spaces",
                "Set cluster.scratch=/tmp",
            )
        if not _is_number(self.stop_s) or not (math.isfinite(self.stop_s) and self.stop_s > 0):
            yield Fault(
                f"cluster.stop_s={self.stop_s} leaves no time to go back to the queue",
                "it takes a number above 0, in s",
                "Set cluster.stop_s=60",
            )


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\n" not in value


def _listed(value: object) -> str:
    """Return the lines that ``value`` may mean, as a list in YAML."""
    if isinstance(value, str):
        return json.dumps(value.strip().splitlines())
    return json.dumps([str(item) for item in value if item is not None]) if isinstance(value, Sequence) else "[]"


def _has_words(command: str) -> bool:
    try:
        return bool(shlex.split(command))
    except ValueError:
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
