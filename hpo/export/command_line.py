"""``python -m hpo.export STUDY --to optuna|ax [--output FILE] [--overwrite]``."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from hpo.atomic import replace_atomically
from hpo.errors import EXIT_REFUSED, Fault, HpoError, raise_faults
from hpo.quiet import quiet_libraries
from hpo.status.folder import require_study
from hpo.study.paths import StudyPaths
from hpo.study.stored import StoredStudy
from hpo.target_file import target_faults, writing


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, say where it is and how it is opened, and return the exit code.

    Args:
        arguments: The command line; None for that of this process.
    """
    options = _parser().parse_args(arguments)
    quiet_libraries()
    try:
        form = FORMS[options.to]
        require_study(options.study)
        path = options.output or options.study / form.file_name
        raise_faults(_faults(path, options, form))
        stored = StoredStudy.read(StudyPaths(options.study.absolute()))
        with writing(path):
            replace_atomically(path, lambda temporary: form.write(stored, temporary))
    except HpoError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_REFUSED
    sys.stdout.write(f"{path}\n{form.opened_by(stored, path.absolute())}\n")
    return 0


@dataclass(frozen=True)
class Form:
    """A form that a study can be written in.

    Attributes:
        file_name: The file's name where none is given, in the study's directory.
        write: Writes a study to a file.
        opened_by: Returns a line that opens the file.
        needs: The module that it needs beyond what is always there, and the extra that brings it; None without one.
    """

    file_name: str
    write: Callable[[StoredStudy, Path], None]
    opened_by: Callable[[StoredStudy, Path], str]
    needs: str | None = None


def _write_optuna(stored: StoredStudy, path: Path) -> None:
    from hpo.export.optuna_study import write_optuna_study  # noqa: PLC0415 - an extra

    write_optuna_study(stored, path)


def _write_ax(stored: StoredStudy, path: Path) -> None:
    from hpo.export.ax_json import write_ax_json  # noqa: PLC0415 - Ax takes seconds to import

    write_ax_json(stored, path)


FORMS: Mapping[str, Form] = {
    "optuna": Form(
        "optuna.db",
        _write_optuna,
        lambda stored, path: f'optuna.load_study(study_name="{stored.plan.name}", storage="sqlite:///{path}")',
        needs="optuna",
    ),
    "ax": Form("ax.json", _write_ax, lambda _, path: f'ax.api.client.Client.load_from_json_file("{path}")'),
}


def _faults(path: Path, options: argparse.Namespace, form: Form) -> Iterator[Fault]:
    """Yield what keeps the file from being written."""
    yield from target_faults(path, form.file_name)
    if path.is_file() and not options.overwrite:
        yield Fault(f"{path} is there already", "nothing is overwritten unasked", "Set --overwrite")
    if form.needs is not None and find_spec(form.needs) is None:
        needs = f"it comes with the extra {form.needs}"
        yield Fault(f"--to {options.to} needs {form.needs}", needs, f"Type pip install 'hpo[{form.needs}]'")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hpo.export",
        description="Write a study in a form that another program reads. The study is only read; it may be running.",
    )
    parser.add_argument("study", metavar="STUDY", type=Path, help="its directory, such as outputs/branin")
    parser.add_argument("--to", choices=tuple(FORMS), required=True, help="optuna: a database; ax: a saved client")
    parser.add_argument("--output", metavar="FILE", type=Path, help="default: optuna.db or ax.json in the study")
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it is there")
    return parser
