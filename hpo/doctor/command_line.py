"""``python -m hpo.doctor [--outputs DIR] [--slots N] [--start-ray] [--json]``."""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from hpo.doctor.as_json import findings_json
from hpo.doctor.as_text import findings_text
from hpo.doctor.examination import examined, worst
from hpo.doctor.finding import Level
from hpo.outputs import OUTPUTS
from hpo.printable import escape_unencodable
from hpo.quiet import quiet_libraries

EXIT_FAULT = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what was found, and return the exit code: 1 if a study would fail here, else 0.

    Args:
        arguments: The command line; None for that of this process.
    """
    options = _parser().parse_args(arguments)
    escape_unencodable()
    quiet_libraries()
    findings = list(examined(options.outputs, options.slots, starts_ray=options.start_ray))
    if options.json:
        sys.stdout.write(json.dumps(findings_json(findings), indent=2) + "\n")
    else:
        sys.stdout.write(findings_text(findings, shutil.get_terminal_size().columns))
    return EXIT_FAULT if worst(findings) is Level.FAULT else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hpo.doctor",
        description="Say what this machine or allocation has, and whether a study would run here; with a remedy for "
        "each fault. Nothing is left behind, and what runs is not disturbed. The exit code is 1 if a study would fail.",
    )
    parser.add_argument(
        "--outputs",
        metavar="DIR",
        type=Path,
        default=Path(OUTPUTS),
        help="the folder of studies; it need not exist (default: outputs, where the program would make it)",
    )
    parser.add_argument(
        "--slots",
        metavar="N",
        type=_count,
        help="how many trials are to run at once (default: as many as there are processors)",
    )
    parser.add_argument("--start-ray", action="store_true", help="start a Ray as a study does, and stop it (seconds)")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of trials (it takes 1 or more). Set --slots 4.")
    return int(text)
