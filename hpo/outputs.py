"""Where studies lie. By itself, so that --help and --cfg job need nothing else of a study."""

import os
import shlex
from contextlib import suppress
from pathlib import Path

OUTPUTS = "outputs"  # the folder of all studies, in the directory where the program is started
MULTIRUNS = "multirun"  # the folder below it that holds comparisons
SCRIPTS = "slurm"  # the one that holds batch scripts and what their jobs print


def has_batch_script(root: Path) -> bool:
    """Tell whether the study whose directory is ``root`` has a batch script of its own name, which runs it alone."""
    with suppress(OSError):
        return f"\n  study={root.name}\n" in (root.parent / SCRIPTS / f"{root.name}.sh").read_text(encoding="utf-8")
    return False


def resuming(name: str, *more: str) -> str:
    """Return the command that resumes the study ``name`` here."""
    return shlex.join(["python", "-m", "hpo", "restart=resume", f"study={name}", *more])


def submitting(name: str) -> str:
    """Return the command that submits the batch script of the study ``name``."""
    return shlex.join(["sbatch", f"{OUTPUTS}/{SCRIPTS}/{name}.sh"])


def going_on(root: Path) -> str:
    """Return the command with which the study that runs here, in ``root``, goes on: a job goes on as a job."""
    is_job = "SLURM_JOB_ID" in os.environ and has_batch_script(root)
    return submitting(root.name) if is_job else resuming(root.name)


def free_name(outputs: Path, name: str) -> str:
    """Return ``name``, with a number behind it if a folder of that name is in ``outputs``."""
    free, n = name, 1
    while (outputs / free).exists():
        n += 1
        free = f"{name}-{n}"
    return free
