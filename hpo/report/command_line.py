"""``python -m hpo.report STUDY|MULTIRUN [--output FILE] [--no-model]``."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from hpo.errors import EXIT_REFUSED, HpoError, raise_faults
from hpo.multirun.jobs import is_multirun
from hpo.quiet import quiet_libraries
from hpo.report.file_names import COMPARISON_PAGE, REPORT_FILE
from hpo.status.folder import require_study
from hpo.target_file import target_faults, writing


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the report, say where it is, and return the exit code.

    Args:
        arguments: The command line; None for that of this process.
    """
    options = _parser().parse_args(arguments)
    quiet_libraries()
    try:
        has_many = is_multirun(options.study)
        if not has_many:
            require_study(options.study)
        name = COMPARISON_PAGE if has_many else REPORT_FILE
        path = options.output or options.study / name
        raise_faults(target_faults(path, name))
        with writing(path):
            (_write_comparison if has_many else _write_report)(options, path)
    except HpoError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_REFUSED
    sys.stdout.write(f"{path}\n")
    return 0


def _write_report(options: argparse.Namespace, path: Path) -> None:
    from hpo.report.report import write_report  # noqa: PLC0415 - plotly and Ax take seconds to import

    write_report(options.study.absolute(), path, now=time.time(), with_model=not options.no_model)


def _write_comparison(options: argparse.Namespace, path: Path) -> None:
    from hpo.report.comparison import write_comparison_page  # noqa: PLC0415 - plotly takes a while to import

    write_comparison_page(options.study, path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hpo.report",
        description="Write a study, or the studies of a multirun side by side, as one HTML file that opens without a "
        "network. The studies are only read; they may be running.",
    )
    parser.add_argument(
        "study", metavar="STUDY", type=Path, help="its directory, such as outputs/branin, or that of a multirun"
    )
    parser.add_argument(
        "--output", metavar="FILE", type=Path, help=f"default: {REPORT_FILE} or {COMPARISON_PAGE} there"
    )
    parser.add_argument("--no-model", action="store_true", help="leave out what needs a model, which takes a while")
    return parser
