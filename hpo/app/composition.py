"""The one way in which Hydra composes the config of a command line."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

import hydra
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from hpo.app.refusals import COMPOSITION_ERRORS, refusal, value_fault
from hpo.errors import EXIT_FAILED, EXIT_REFUSED

_RAISE = "HYDRA_FULL_ERROR"  # Hydra raises its errors, and does not print them


def call_with_config(arguments: Sequence[str], job: Callable[[DictConfig], object]) -> None:
    """Call ``job`` with the config that ``arguments`` make; several times in a multirun, never with --help.

    Raises:
        SystemExit: If no config can be composed of the arguments; it says why.
    """
    sys.argv[1:] = arguments
    before = os.environ.get(_RAISE)

    def begun(config: DictConfig) -> object:
        _set(before)
        if not _is_multirun(arguments):  # whose job says it, and does not stop the others
            try:
                OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
            except OmegaConfBaseException as error:
                raise _refused(str(value_fault(error)), arguments) from None
        return job(config)

    os.environ[_RAISE] = "1"
    try:
        hydra.main(config_path="pkg://conf", config_name="config", version_base="1.3")(begun)()
    except COMPOSITION_ERRORS as error:
        raise _refused(refusal(error, arguments), arguments) from None
    finally:
        _set(before)


def say(text: str) -> None:
    """Print a line of errors."""
    with suppress(OSError):  # of a pipe whose reader is gone; the exit code says it too
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _refused(why: str, arguments: Sequence[str]) -> SystemExit:
    """Say why and return the end: of a multirun there may have been jobs, and there is a folder."""
    say(why)
    return SystemExit(EXIT_FAILED if _is_multirun(arguments) else EXIT_REFUSED)


def _is_multirun(arguments: Sequence[str]) -> bool:
    return bool({"-m", "--multirun"} & set(arguments))


def _set(value: str | None) -> None:
    if value is None:
        os.environ.pop(_RAISE, None)
    else:
        os.environ[_RAISE] = value
