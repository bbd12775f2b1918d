"""``python -m hpo.slurm [group=choice ...] [key=value ...] [--nodes N] [--submit] ...``."""

import shlex
import sys
from collections.abc import Sequence

from hpo.errors import EXIT_FAILED, EXIT_REFUSED, HpoError
from hpo.slurm.asked import script_of
from hpo.slurm.options import parser
from hpo.slurm.script_file import ScriptFile, write_script
from hpo.slurm.submission import RefusedError, SubmissionError, require_sbatch, submit


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
        of_script = [word for word in typed if word not in {"--submit", "--overwrite"}]
        script = script_of(options, f"python -m hpo.slurm {shlex.join(of_script)}".strip())
        written = write_script(script, options.output, overwrite=options.overwrite)
        last = _submitted(written) if options.submit else f"To submit it: sbatch {shlex.quote(str(written.path))}"
        sys.stdout.write(f"{written.path}: {script.summary}\n{last}\n")
    except HpoError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED if isinstance(error, SubmissionError) else EXIT_REFUSED
    return 0


def _submitted(written: ScriptFile) -> str:
    """Submit the script and return what to say of it; one that SLURM refuses is not left in the way of the next.

    Raises:
        SubmissionError: If SLURM does not take it.
    """
    try:
        return f"Job {submit(written.path)}"
    except RefusedError as error:
        if not written.is_new:
            raise
        written.path.unlink(missing_ok=True)
        raise RefusedError(f"{error}\n{written.path} was removed again.") from None
