"""Whether other machines see the folder of studies: by its file system, and by asking the nodes of an allocation."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from hpo.doctor.file_systems import FileSystem
from hpo.doctor.finding import Finding, fault, ok, warning

MARK = "mark"
# A file server may take its time to show what was written elsewhere.
LOOK = (
    'for _ in 1 2 3 4 5 6 7 8; do [ -e "$0" ] && echo "$SLURMD_NODENAME yes" && exit; sleep 1; done; '
    'echo "$SLURMD_NODENAME no"'
)
ASK_S = 30.0  # for all answers
_NEEDED = ("SLURM_CONF", "SLURM_JOB_ID")
EXPORTS = Path("/proc/fs/nfsd/exports")  # is there where this machine is an NFS server
REMEDY = "Start the program in a folder on a file system that all nodes share (df -T names the kind of each)."


def sharing(folder: Path, environment: Mapping[str, str] = os.environ, exports: Path = EXPORTS) -> Iterator[Finding]:
    """Say whether other machines see a folder. In an allocation of several nodes each of them is asked with srun.

    Args:
        folder: A new one, in the folder of studies.
        environment: With the variables that SLURM sets.
        exports: A file that an NFS server has.
    """
    system, above = FileSystem.of(folder), folder.parent
    n_nodes = environment.get("SLURM_JOB_NUM_NODES", "")
    if not n_nodes.isdecimal() or int(n_nodes) < 2:  # noqa: PLR2004 - one node has nobody to share with
        yield ok("shared", _by_kind(system), shared=system.is_shared)
        return
    (folder / MARK).touch()
    sees, silence = _asked(folder / MARK, int(n_nodes), environment)
    blind = sorted(node for node, seen in sees.items() if not seen)
    if blind:
        yield fault("shared", f"no: {', '.join(blind)} of {n_nodes} nodes see another {above}", REMEDY, shared=False)
    elif silence is None:
        yield ok("shared", f"yes: {', '.join(sorted(sees))} see what is written in {above}", shared=True)
    else:
        yield _unasked(above, system, f"the {n_nodes} nodes of the job cannot be asked: {silence}", exports)


def _unasked(above: Path, system: FileSystem, why: str, exports: Path) -> Finding:
    what = f"{_by_kind(system)}; {why}"
    if system.is_shared:
        return ok("shared", what, shared=True)
    if system.is_shared is False and not (system.is_disk and exports.exists()):
        return fault("shared", what, REMEDY, shared=False)
    served = "; this machine is an NFS server, and may serve it" if system.is_disk else ""
    mark = shlex.quote(str(above / ".seen"))
    remedy = f"touch {mark}; srun --overlap --ntasks-per-node=1 ls {mark}  # every node has to find it"
    return warning("shared", what + served, remedy, shared=None)


def _by_kind(system: FileSystem) -> str:
    if system.is_shared is None:
        return f"not known: {system.kind} may be of this machine or of a network"
    if system.is_shared:
        return f"yes, by its kind: {system.kind} is a network file system"
    return f"no, by its kind: {system.kind} is a file system of this machine"


def _asked(mark: Path, n_nodes: int, environment: Mapping[str, str]) -> tuple[dict[str, bool], str | None]:
    """Return which nodes see the mark, by name, and why not all have said so; None if all have."""
    srun = shutil.which("srun", path=environment.get("PATH"))
    if srun is None:
        return {}, "there is no srun"
    step = [srun, "--overlap", f"--nodes={n_nodes}", f"--ntasks={n_nodes}", "--ntasks-per-node=1", "--cpu-bind=none"]
    try:
        ran = subprocess.run(  # noqa: S603 - SLURM's own, with a path of ours
            [*step, "--chdir=/", "sh", "-c", LOOK, str(mark)],
            # Not what SLURM gave the step, if any, in which this runs: it would count for the new one.
            env={name: value for name, value in environment.items() if name in _NEEDED or name[:6] != "SLURM_"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ASK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {}, f"srun does not end within {ASK_S:g} s"
    words = [line.split() for line in ran.stdout.splitlines()]
    sees = {pair[0]: pair[1] == "yes" for pair in words if pair[1:] in (["yes"], ["no"])}
    if len(sees) == n_nodes:
        return sees, None
    said = ran.stderr.strip().splitlines()
    return sees, f"{len(sees)} answer" + (f" ({said[-1]})" if said else "")
