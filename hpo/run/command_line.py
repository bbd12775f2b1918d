"""``python -m hpo.run STUDY [--trial 7] [--seeds 1,2,3] [key=value ...]``."""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from hpo.errors import EXIT_REFUSED, HpoError
from hpo.outputs import OUTPUTS
from hpo.run.rerun import Rerun
from hpo.run.spread import spread_text
from hpo.status.folder import require_study
from hpo.study.paths import StudyPaths
from hpo.study.stored import StoredStudy


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the trial again as a study of its own, say what came of it, and return the exit code.

    Args:
        arguments: The command line; None for that of this process.

    Raises:
        SystemExit: As ``python -m hpo`` ends, where the study is refused or does not reach its end.
    """
    options = _parser().parse_intermixed_args(arguments)
    try:
        require_study(options.study)
        stored = StoredStudy.read(StudyPaths(options.study.absolute()))
        rerun = Rerun.of(stored, options.trial, options.seeds, options.overrides)
    except HpoError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_REFUSED
    sys.stdout.write(f"{rerun.title}\n  {shlex.join(['python', '-m', 'hpo', *rerun.arguments])}\n")
    sys.stdout.flush()
    _run(rerun.arguments, tuple(stored.config))
    again = StoredStudy.read(StudyPaths(Path(OUTPUTS).absolute() / rerun.study))
    sys.stdout.write(spread_text(again, rerun.trial))
    return 0


def _run(arguments: Sequence[str], known_keys: Sequence[str]) -> None:
    from hpo.app.entrypoint import main as run_study  # noqa: PLC0415 - a refusal answers sooner without it

    run_study(arguments, known_keys)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hpo.run",
        description="Run the best trial of a study again, as a study of its own. Type it where the study was started.",
    )
    parser.add_argument("study", metavar="STUDY", type=Path, help="its directory, such as outputs/branin")
    parser.add_argument("--trial", metavar="N", type=int, help="that trial; default: the best")
    parser.add_argument("--seeds", metavar="A,B,C", help="once with each of these seeds; default: the trial's own")
    parser.add_argument(
        "overrides", metavar="key=value", nargs="*", help="changes, such as task.training.max_epochs=100 or study=NAME"
    )
    return parser
