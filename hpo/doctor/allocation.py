"""The allocation of SLURM in which this process runs, from the variables that SLURM sets."""

import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from datetime import datetime

from hpo.doctor.finding import Finding, fault, ok, warning
from hpo.machine import Machine

_SHORT_S = 600.0


def allocation(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Look at the allocation, and whether the program would have all of it."""
    job = environment.get("SLURM_JOB_ID")
    if job is None:
        note = ". On a login node, run studies in a job" if shutil.which("sbatch") else ""
        yield ok("allocation", f"in none of SLURM{note}", job=None)
        return
    n_nodes = _number(environment, "SLURM_JOB_NUM_NODES") or 1
    n_cpus = _number(environment, "SLURM_CPUS_ON_NODE")
    names = {"SLURM_CPUS_PER_TASK", "SLURM_MEM_PER_NODE", "SLURM_MEM_PER_CPU", "SLURM_JOB_GPUS", "SLURM_STEP_GPUS"}
    said = {name: environment[name] for name in sorted(names) if name in environment}
    end = _number(environment, "SLURM_JOB_END_TIME")
    until = "" if end is None else f" until {datetime.fromtimestamp(end).astimezone():%Y-%m-%d %H:%M}"
    yield ok(
        "allocation",
        f"SLURM job {job}{until}: {n_nodes} node{'s'[: n_nodes > 1]}, {n_cpus or 'unknown'} processors on this one"
        + "".join(f", {name}={value}" for name, value in said.items()),
        job=job,
        n_nodes=n_nodes,
        cpus_on_node=n_cpus,
        end_time=end,
        variables=said,
    )
    yield from _faults(environment, n_nodes, n_cpus, end)


def _faults(environment: Mapping[str, str], n_nodes: int, n_cpus: int | None, end: int | None) -> Iterator[Finding]:
    if "SLURMD_NODENAME" not in environment:  # salloc sets the others where it was typed
        yield warning(
            "allocation",
            f"this process runs on {socket.gethostname()}, and not on a node of the job",
            "Start it there: srun --nodes=1 --ntasks=1 --cpu-bind=none --pty bash, and the program in that shell.",
        )
    n_tasks = _number(environment, "SLURM_STEP_NUM_TASKS") or 1
    if n_tasks > 1:
        yield fault(
            "allocation",
            f"srun starts this program {n_tasks} times, and one process at a time runs a study",
            "Start it once: srun --nodes=1 --ntasks=1 --cpus-per-task=N python -m hpo ...",
            n_tasks=n_tasks,
        )
    usable = Machine.here(count_gpus=False).n_cpus
    if n_cpus is not None and usable < n_cpus:
        yield warning(
            "allocation",
            f"this process may use {usable} of the {n_cpus} processors that the job has on this node",
            f"Start it without srun, or with srun --ntasks=1 --cpus-per-task={n_cpus}.",
            usable=usable,
        )
    if n_nodes > 1:
        yield warning(
            "allocation",
            f"the job has {n_nodes} nodes; resources=laptop, cpu and gpu use this one only",
            f"Let python -m hpo.slurm --nodes {n_nodes} write the job, or set resources=cluster for a Ray on all.",
        )
    left_s = None if end is None else end - time.time()
    if left_s is not None and left_s < _SHORT_S:
        yield warning(
            "allocation",
            f"the job ends in {max(0.0, left_s):.0f} s",
            "Let it go on in another job: restart=auto, and a grace_s in which trials write their checkpoints.",
        )


def _number(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name, "")
    return int(text) if text.isdecimal() else None
