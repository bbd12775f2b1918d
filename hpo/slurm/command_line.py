"""``python -m hpo.slurm [group=choice ...] [key=value ...] [--nodes N] [--submit] ...``."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hpo.atomic import write_atomically
from hpo.errors import EXIT_REFUSED, Fault, HpoError, InputError
from hpo.slurm.asked import script_of
from hpo.slurm.options import parser
from hpo.slurm.script import Script
from hpo.slurm.submission import SubmissionError, require_sbatch, submit

EXIT_FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a batch script, submit it if that is asked, and return the exit code.

    Args:
        arguments: The command line; None for that of this process.
    """
    typed = sys.argv[1:] if arguments is None else list(arguments)
    options = parser().parse_intermixed_args(typed)
    try:
        if options.submit:
            require_sbatch()
        script = script_of(options, f"python -m hpo.slurm {shlex.join(typed)}".strip())
        path = _written(script, options)
        sys.stdout.write(f"{path}: {script.summary}\n")
        if options.submit:
            sys.stdout.write(f"Job {submit(path)}\n")
        else:
            sys.stdout.write(f"To submit it: sbatch {shlex.quote(str(path))}\n")
    except HpoError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED if isinstance(error, SubmissionError) else EXIT_REFUSED
    return 0


def _written(script: Script, options: argparse.Namespace) -> Path:
    """Write the script and return where it is.

    Raises:
        InputError: If another script lies there, or it cannot be written.
    """
    path = Path(options.output or script.outputs / f"{script.job.name}.sh")
    text = script.text()
    try:
        if path.exists() and path.read_text(encoding="utf-8") != text and not options.overwrite:
            raise InputError(
                Fault(
                    f"{path} is there and differs",
                    "it may have been edited, or belong to a job that waits",
                    f"Submit it as it is: sbatch {path}; or add --overwrite, or --output FILE",
                )
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Fault(f"{path} cannot be written: {why}", "it takes a file", "Set --output FILE")) from error
    return path
