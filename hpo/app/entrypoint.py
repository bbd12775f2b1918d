"""The entrypoint: Hydra composes the config, this runs the study and turns its errors into text and exit codes."""

import logging
import math
import sys
from contextlib import suppress

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig

from hpo.app.command_line import CommandLine
from hpo.app.invocation import Invocation
from hpo.errors import (
    DamagedStudyError,
    HpoError,
    InputError,
    StudyExistsError,
    StudyInterruptedError,
    StudyInUseError,
)
from hpo.quiet import quiet_libraries

log = logging.getLogger(__name__)

EXIT_REFUSED = 2  # nothing was started
EXIT_INTERRUPTED = 130  # by Ctrl-C before the study listens itself; as shells say it
REFUSALS = (InputError, StudyExistsError, StudyInUseError, DamagedStudyError)
EXIT_FAILED = 1  # something was started and did not reach its end


def main() -> None:
    """Run ``python -m hpo`` with the arguments of this process."""
    try:
        command_line = CommandLine.of(sys.argv[1:])
    except HpoError as error:
        _say(str(error))
        raise SystemExit(EXIT_REFUSED) from None
    sys.argv[1:] = command_line.completed

    def job(config: DictConfig) -> float:
        return _job(config, Invocation.of_hydra(config, command_line.typed))

    try:
        hydra.main(config_path="pkg://conf", config_name="config", version_base="1.3")(job)()
    except HydraException as error:  # Hydra itself reports those of a run, not those of --help
        raise SystemExit(str(error)) from None


def _job(config: DictConfig, invocation: Invocation) -> float:
    """Run one study and return its best value, NaN if there is none."""
    quiet_libraries()
    for folder in reversed(invocation.import_paths):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    if invocation.is_multirun:
        return _job_of_multirun(config, invocation)
    try:
        return _run(config, invocation)
    except (StudyInterruptedError, KeyboardInterrupt) as error:
        raise _interrupted(error) from None
    except HpoError as error:
        _say(str(error))
        raise SystemExit(EXIT_REFUSED if isinstance(error, REFUSALS) else EXIT_FAILED) from None


def _job_of_multirun(config: DictConfig, invocation: Invocation) -> float:
    """Run one job of a multirun; whatever goes wrong is recorded and does not stop the others."""
    from hpo.app.comparison import JobRecord  # noqa: PLC0415 - only here

    error_text = None
    value = math.nan
    try:
        value = _run(config, invocation)
    except (StudyInterruptedError, KeyboardInterrupt) as error:  # of the whole multirun
        raise _interrupted(error) from None
    except HpoError as error:
        error_text = str(error)
        _say(error_text)
    except Exception as error:
        error_text = f"{type(error).__name__}: {error}"
        log.exception("Study %s failed", invocation.study)
    JobRecord.of(invocation, error_text).write(invocation.sweep_directory)
    return value


def _interrupted(error: BaseException) -> SystemExit:
    _say(str(error) or "Interrupted before the study began")
    return SystemExit(error.exit_code if isinstance(error, StudyInterruptedError) else EXIT_INTERRUPTED)


def _say(text: str) -> None:
    with suppress(OSError):  # of a pipe whose reader is gone; the exit code says it too
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _run(config: DictConfig, invocation: Invocation) -> float:
    from hpo.app.session import run_session  # noqa: PLC0415 - --help and --cfg answer without it

    return run_session(config, invocation)
