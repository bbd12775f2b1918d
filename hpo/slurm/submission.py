"""Handing a script to SLURM."""

import os
import shutil
import subprocess
from pathlib import Path

from hpo.errors import Fault, HpoError, InputError

KEPT = {"SLURM_CONF", "SLURM_CLUSTERS"}
CALL_S = 120  # sbatch tries again for long where no controller answers


class SubmissionError(HpoError):
    """SLURM did not take the job, or did not say so."""


class RefusedError(SubmissionError):
    """SLURM did not take the job."""


def require_sbatch() -> None:
    """Make sure that jobs can be submitted from here.

    Raises:
        InputError: If there is no sbatch.
    """
    if shutil.which("sbatch") is None:
        raise InputError(
            Fault("--submit finds no sbatch", "it takes a machine from which jobs are submitted", "Leave --submit out")
        )


def submit(script: Path) -> str:
    """Submit a script and return the number of the job.

    Raises:
        RefusedError: If SLURM does not take it.
        SubmissionError: If it does not answer.
    """
    # Where this is called in a job, sbatch would take what that one was given for wishes.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM_") or name in KEPT}
    try:
        done = subprocess.run(  # noqa: S603 - the script that was just written
            ["sbatch", "--parsable", str(script)],  # noqa: S607 - whichever the site has in PATH
            env=environment,
            capture_output=True,
            text=True,
            timeout=CALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SubmissionError(
            f"sbatch did not answer within {CALL_S} s; look whether it took {script}: squeue --me"
        ) from None
    if done.returncode != 0:
        raise RefusedError(f"sbatch did not take {script}: {done.stderr.strip()}")
    return done.stdout.strip().partition(";")[0]
