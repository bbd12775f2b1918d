"""``python -m hpo.status PATH [PATH ...] [--json] [--log-lines N]``."""

import argparse
import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from hpo.errors import EXIT_REFUSED, HpoError, InputError
from hpo.printable import escape_unencodable
from hpo.status.as_json import status_json
from hpo.status.as_text import status_text
from hpo.status.folder import absence, is_study, studies_in
from hpo.status.study_status import StudyStatus
from hpo.status.table import Unreadable, table_text
from hpo.study.journal import SCHEMA

EXIT_PIPE = 141  # whoever read the output went away; 128 plus SIGPIPE, as shells say it


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how the studies stand, and return the exit code.

    Args:
        arguments: The command line; None for that of this process.
    """
    options = _parser().parse_args(arguments)
    escape_unencodable()
    try:
        return _answer(options.paths, as_json=options.json, n_log_lines=options.log_lines)
    except BrokenPipeError:
        _silence(sys.stdout)
        return EXIT_PIPE


class _Answer:
    """What is found of the paths, one after the other.

    Attributes:
        faults: What cannot be read, with the reason.
    """

    def __init__(self, n_log_lines: int) -> None:
        self.texts: list[str] = []
        self.dicts: list[dict[str, object]] = []
        self.faults: list[str] = []
        self._n_log_lines = n_log_lines
        self._width = shutil.get_terminal_size().columns

    def add(self, path: Path) -> None:
        """Take a study or a folder of studies."""
        try:
            if is_study(path):
                self._add_study(path)
            else:
                self._add_folder(path)
        except HpoError as error:
            self.faults.append(str(error))
        except OSError as error:
            self.faults.append(
                f"{path} cannot be read: {error.strerror or error} (it takes a directory that you may read). "
                f"Look at its permissions: ls -ld {path}"
            )

    def _add_study(self, path: Path) -> None:
        status = StudyStatus.read(path, time.time())
        self.texts.append(status_text(status, self._n_log_lines, self._width))
        self.dicts.append(status_json(status, self._n_log_lines))

    def _add_folder(self, folder: Path) -> None:
        found = studies_in(folder) if folder.is_dir() else []
        if not found:
            raise InputError(absence(folder))
        rows = [self._read(path) for path in found]
        known = next((row.name for row in rows if isinstance(row, StudyStatus)), found[0].name)
        example = f"One of them in detail: {shlex.join(['python', '-m', 'hpo.status', str(folder / known)])}\n"
        self.texts.append(table_text(rows, self._width) + "\n" + example)
        self.dicts += [status_json(row, self._n_log_lines) for row in rows if isinstance(row, StudyStatus)]

    def _read(self, path: Path) -> StudyStatus | Unreadable:
        try:
            return StudyStatus.read(path, time.time())
        except HpoError as error:
            self.faults.append(str(error))
            return Unreadable(path.name)


def _answer(paths: Sequence[Path], *, as_json: bool, n_log_lines: int) -> int:
    answer = _Answer(n_log_lines)
    for path in paths:
        answer.add(path)
    if as_json:
        one = answer.dicts[0] if len(paths) == 1 and is_study(paths[0]) and answer.dicts else None
        many = {"schema": SCHEMA, "studies": answer.dicts, "faults": answer.faults}
        if one is not None or not answer.faults or answer.dicts:
            sys.stdout.write(json.dumps(one or many, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(answer.texts))
    sys.stdout.flush()
    for fault in answer.faults:
        sys.stderr.write(f"{fault}\n")
    return EXIT_REFUSED if answer.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hpo.status",
        description="Say what a study is, how far, its best, its failures, and what could be run next. "
        "It reads only: a study that runs is not disturbed.",
    )
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        type=Path,
        help="a study's directory, such as outputs/branin; or a folder of studies, such as outputs, for a table",
    )
    parser.add_argument("--json", action="store_true", help="for programs: a mapping, one of several under studies")
    parser.add_argument(
        "--log-lines",
        metavar="N",
        type=_count,
        default=3,
        help="how many lines of a failed trial's log to show for each reason (default: 3)",
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of lines (it takes 0 or more). Set --log-lines 3.")
    return int(text)


def _silence(stream: TextIO) -> None:
    """Let what is still in the buffer go nowhere when Python flushes it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
