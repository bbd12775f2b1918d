"""The script becomes a file: what it would do on a node is looked at once more, and nothing is written over."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hpo.atomic import write_atomically
from hpo.errors import Fault, InputError, raise_faults
from hpo.slurm.script import Script


@dataclass(frozen=True)
class ScriptFile:
    """A script that was written.

    Attributes:
        path: Where.
        is_new: Whether there was none.
    """

    path: Path
    is_new: bool


def write_script(script: Script, output: Path | None, *, overwrite: bool) -> ScriptFile:
    """Write the script.

    Args:
        script: The script.
        output: Where to; None for a file with the job's name among what the jobs print.
        overwrite: Whether also over another script.

    Raises:
        InputError: If a job could not do what it says, another script lies there, or it cannot be written.
    """
    path = output or script.outputs / f"{script.job.name}.sh"
    raise_faults([*_folder_faults(script), *_bash_faults(script)])
    text = script.text()
    try:
        is_new = not path.exists()
        if not is_new and path.read_text(encoding="utf-8") != text and not overwrite:
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
    return ScriptFile(path, is_new)


def _folder_faults(script: Script) -> Iterator[Fault]:
    """Yield the folders in whose names SLURM would put something: the job would print nowhere, and be gone."""
    takes = "SLURM reads % as the beginning of a number, such as %j, and the job's output would go nowhere"
    if "%" in str(script.folder):
        yield Fault(f"The working directory {script.folder} has a % in it", takes, "Start in a folder without one")
    if "%" in str(script.outputs):
        yield Fault(f"--output in {script.outputs}/ has a % in it", takes, "Set --output to a folder without one")


def _bash_faults(script: Script) -> Iterator[Fault]:
    """Yield why bash would not read the script to its end, where there is a bash to ask."""
    why = _complaint(script)
    if why is None:
        return
    site = script.site
    if _complaint(replace(script, site=replace(site, preamble=()))) is None:
        what, remedy = f"cluster.preamble={list(site.preamble)}", "Mend these lines: a quote or a block may not end"
    else:
        what = f"cluster.container={site.container}, cluster.python={site.python} or cluster.scratch={site.scratch}"
        remedy = "Mend what stands behind $ there"
    yield Fault(f"{what} is no bash: {why}", "a job runs it as it is", remedy)


def _complaint(script: Script) -> str | None:
    """Return what bash says against the script; None for nothing."""
    bash = shutil.which("bash")
    if bash is None:
        return None
    done = subprocess.run(  # noqa: S603 - which is read and not run
        [bash, "-n"],
        input=script.text(),
        env={"LC_ALL": "C"},  # it would complain about a locale that is not here
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stderr.strip().splitlines()  # of a here-document that does not end it warns, and ends with 0
    return said[0].partition(": ")[2] if said else None
