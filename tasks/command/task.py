"""The task: a command line, what is put into it, and where its metrics come from."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hpo.errors import Fault, raise_faults
from hpo.task import Metrics, ParameterValue, Signature, Task, TrialContext
from tasks.command.output import Output, metrics_in
from tasks.command.process import Program
from tasks.command.settings import VALUES_FILE, found, setting_faults
from tasks.command.template import Template

#: Placeholders that every command may use.
CONTEXT = frozenset({"trial_index", "seed", "n_threads", "directory", "checkpoint", "python", VALUES_FILE})
_VALUES = "parameters.json"


class CommandError(Exception):
    """The command did not end well."""


@dataclass(frozen=True)
class Command(Task):
    """A program that is run with the parameters in its command line, in the trial's directory.

    What it prints is in the trial's log. Its metrics are those of the last line of its standard output that is a JSON
    object of numbers, or one number; or those in a file that it leaves. A line with a ``step`` is a report.

    Attributes:
        command: The program and its arguments with placeholders (:class:`tasks.command.template.Template`): a text,
            which is split as a shell splits it, or a list.
        fixed: Values of placeholders that are set and not tuned.
        files: Paths by placeholder; a relative one is looked for as a function's module is, and becomes absolute.
        metrics: Names of the metrics (any collection of names), or None if only a trial can tell.
        metrics_file: A JSON file with the metrics that the command leaves in the trial's directory; None for lines
            of its standard output.
        shell: Whether a shell reads the command, which is a text then.
        name: What messages call it.

    Raises:
        hpo.errors.InputError: If settings are missing or malformed, or a file is not there, with all that are.
    """

    command: str | Sequence[str] = ""
    fixed: Mapping[str, ParameterValue] = field(default_factory=dict, hash=False)
    files: Mapping[str, str] = field(default_factory=dict, hash=False)
    metrics: frozenset[str] | None = None
    metrics_file: str | None = None
    shell: bool = False
    name: str = "command"

    def __post_init__(self) -> None:
        raise_faults(setting_faults(self))
        # Trials run in directories of their own: what is relative here would be lost there.
        files = {name: str(found(path) or path) for name, path in self.files.items()}
        object.__setattr__(self, "files", files)
        object.__setattr__(self, "command", self.command if self.shell else self._located())
        object.__setattr__(self, "metrics", None if self.metrics is None else frozenset(self.metrics))
        raise_faults([*self._template.faults(), *self._unused()])

    @property
    def signature(self) -> Signature:
        """The placeholders that nothing else gives a value; any parameter, if the command reads them from a file."""
        names = self._template.names
        return Signature(
            required=names - set(self.fixed) - set(self.files) - CONTEXT,
            takes_any=VALUES_FILE in names,
        )

    def check(self) -> None:
        """See that the program and the files are on this machine, which may be a node of a cluster.

        Raises:
            hpo.errors.InputError: If not, with all that are not.
        """
        raise_faults([*self._absent_files(), *self._absent_program()])

    def run(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> float | Metrics:
        """Run the command.

        Args:
            parameters: Values of the placeholders.
            context: The trial.

        Returns:
            Its number, or its metrics by name.

        Raises:
            CommandError: If it ended with another exit code than 0, or by a signal.
            ValueError: If it left no metrics, or a value does not fit the format of its placeholder.
            hpo.task.TrialInterrupted: If the trial is to end with one of its reports.
        """
        arguments = self._template.filled(self._values(parameters, context))
        file = None if self.metrics_file is None else context.directory / self.metrics_file
        if file is not None:
            file.unlink(missing_ok=True)  # of an earlier attempt
        output = Output(context)
        with Program(arguments, context.directory, _environment(context)) as program:
            exit_code = program.follow(output.take)
        if exit_code:
            raise CommandError(f"{_end(exit_code)}; it printed last: {' | '.join(program.tail) or 'nothing'}")
        if file is not None:
            return metrics_in(file)
        if output.metrics is None:
            raise ValueError(
                "the command ended well and printed no line that is a JSON object with numbers, or a number"
            )
        return output.metrics

    @property
    def _template(self) -> Template:
        return Template.of(self.command, in_shell=self.shell)

    def _located(self) -> tuple[str, ...]:
        """Return the arguments, with an absolute path for a program that is named by a relative one."""
        program, *arguments = Template.of(self.command, in_shell=False).texts
        path = found(program) if "/" in program and "{" not in program else None
        return (str(path or program), *arguments)

    def _absent_files(self) -> Iterator[Fault]:
        for name, path in self.files.items():
            if not Path(path).exists():
                allowed = "every machine that runs trials needs it"
                yield Fault(f"task.files.{name}={path} is not there", allowed, "Put it into a folder that all share")

    def _absent_program(self) -> Iterator[Fault]:
        program = self._template.program({"python": sys.executable, **self.files, **self.fixed})
        if program is not None and shutil.which(program) is None:
            yield _not_found(program)

    def _unused(self) -> list[Fault]:
        return [
            Fault(
                f"task.{key}.{name} is not in the command",
                f"its placeholders are {', '.join(sorted(self._template.names)) or 'none'}",
                f"Remove task.{key}.{name}, or put {{{name}}} into task.command",
            )
            for key, names in (("fixed", self.fixed), ("files", self.files))
            for name in names
            if name not in self._template.names and VALUES_FILE not in self._template.names
        ]

    def _values(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> dict[str, ParameterValue]:
        own = {**self.files, **self.fixed, **parameters}
        values = {
            "trial_index": context.index,
            "seed": context.seed,
            "n_threads": context.n_threads,
            "directory": str(context.directory),
            "checkpoint": str(context.checkpoint or ""),
            "python": sys.executable,
            VALUES_FILE: str(context.directory / _VALUES),
            **own,
        }
        if VALUES_FILE in self._template.names:
            (context.directory / _VALUES).write_text(json.dumps(own, indent=2) + "\n", encoding="utf-8")
        return values


def _environment(context: TrialContext) -> dict[str, str]:
    """Return the environment of the command: this process's, with what the trial is."""
    trial = {
        "PWD": str(context.directory),
        "HPO_TRIAL_INDEX": str(context.index),
        "HPO_SEED": str(context.seed),
        "HPO_N_THREADS": str(context.n_threads),
        "HPO_CHECKPOINT": str(context.checkpoint or ""),
    }
    # A program of Python's shows its lines when they are printed, for they may be reports.
    return {"PYTHONUNBUFFERED": "1", **os.environ, **trial}


def _end(exit_code: int) -> str:
    if exit_code > 0:
        return f"the command ended with exit code {exit_code}"
    return f"the command was ended by signal {-exit_code} ({signal.strsignal(-exit_code)})"


def _not_found(program: str) -> Fault:
    return Fault(
        f"task.command: the program {program} is not found, or may not be run",
        "it takes the name of a program on PATH, or a path from --config-dir or the working directory",
        "Correct it, or put its folder on PATH",
    )
