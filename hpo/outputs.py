"""Where studies lie. By itself, so that --help and --cfg job need nothing else of a study."""

import os
import shlex
from pathlib import Path

OUTPUTS = "outputs"  # the folder of all studies, in the directory where the program is started
MULTIRUNS = "multirun"  # the folder below it that holds comparisons
SCRIPTS = "slurm"  # the one that holds batch scripts and what their jobs print


def batch_script(root: Path) -> Path:
    """Return where the batch script is of the study whose directory is ``root``, if it has one by its own name."""
    return root.parent / SCRIPTS / f"{root.name}.sh"


def resuming(name: str, *more: str) -> str:
    """Return the command that resumes the study ``name`` here."""
    return shlex.join(["python", "-m", "hpo", "restart=resume", f"study={name}", *more])


def submitting(name: str) -> str:
    """Return the command that submits the batch script of the study ``name``."""
    return shlex.join(["sbatch", f"{OUTPUTS}/{SCRIPTS}/{name}.sh"])


def going_on(root: Path) -> str:
    """Return the command with which the study that runs here, in ``root``, goes on: a job goes on as a job."""
    is_job = "SLURM_JOB_ID" in os.environ and batch_script(root).exists()
    return submitting(root.name) if is_job else resuming(root.name)


def free_name(outputs: Path, name: str) -> str:
    """Return ``name``, with a number behind it if a folder of that name is in ``outputs``."""
    free, n = name, 1
    while (outputs / free).exists():
        n += 1
        free = f"{name}-{n}"
    return free
