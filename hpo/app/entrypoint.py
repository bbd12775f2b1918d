"""The entrypoint: Hydra composes the config, this runs the study and turns its errors into text and exit codes."""

import logging
import math
import sys
from collections.abc import Sequence
from dataclasses import replace

from omegaconf import DictConfig

from hpo.app.command_line import CommandLine
from hpo.app.composition import call_with_config, say
from hpo.app.invocation import Invocation
from hpo.errors import EXIT_REFUSED, HpoError, StudyInterruptedError
from hpo.quiet import be_verbose, quiet_libraries

log = logging.getLogger(__name__)

EXIT_INTERRUPTED = 130  # by Ctrl-C before the study listens itself; as shells say it


def main(arguments: Sequence[str] | None = None, known_keys: Sequence[str] = ()) -> None:
    """Run ``python -m hpo``.

    Args:
        arguments: The command line; None for that of this process.
        known_keys: Top-level keys that nothing reads, and that are let pass: an earlier study was made with them.

    Raises:
        SystemExit: If the study is refused, or does not reach its end.
    """
    try:
        command_line = CommandLine.of(sys.argv[1:] if arguments is None else arguments)
    except HpoError as error:
        say(str(error))
        raise SystemExit(EXIT_REFUSED) from None

    def job(config: DictConfig) -> float:
        invocation = Invocation.of_hydra(config, command_line.typed)
        return _job(config, replace(invocation, known_keys=tuple(known_keys)))

    call_with_config(command_line.completed, job)


def _job(config: DictConfig, invocation: Invocation) -> float:
    """Run one study and return its best value, NaN if there is none."""
    if invocation.is_verbose:
        _show_everything()
    quiet_libraries()
    invocation.import_from_its_folders()
    if invocation.is_multirun:
        return _job_of_multirun(config, invocation)
    try:
        return _run(config, invocation)
    except (StudyInterruptedError, KeyboardInterrupt) as error:
        raise _interrupted(error) from None
    except HpoError as error:
        say(str(error))
        raise SystemExit(error.exit_code) from None


def _show_everything() -> None:
    be_verbose()
    for handler in logging.getLogger().handlers:  # Hydra has set the levels of those who speak
        handler.setLevel(logging.NOTSET)


def _job_of_multirun(config: DictConfig, invocation: Invocation) -> float:
    """Run one job of a multirun; whatever goes wrong is recorded and does not stop the others."""
    from hpo.app.comparison import record_of  # noqa: PLC0415 - only here

    error_text = None
    value = math.nan
    try:
        value = _run(config, invocation)
    except (StudyInterruptedError, KeyboardInterrupt) as error:  # of the whole multirun
        raise _interrupted(error) from None
    except HpoError as error:
        error_text = str(error)
        say(error_text)
    except Exception as error:
        error_text = f"{type(error).__name__}: {error}"
        log.exception("Study %s failed", invocation.study)
    record_of(invocation, error_text).write(invocation.sweep_directory)
    return value


def _interrupted(error: BaseException) -> SystemExit:
    say(str(error) or "Interrupted before the study began")
    return SystemExit(error.exit_code if isinstance(error, StudyInterruptedError) else EXIT_INTERRUPTED)


def _run(config: DictConfig, invocation: Invocation) -> float:
    from hpo.app.session import run_session  # noqa: PLC0415 - --help and --cfg answer without it

    return run_session(config, invocation)
