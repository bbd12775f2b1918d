"""The one way in which Hydra composes the config of a command line."""

import os
import sys
from collections.abc import Callable, Sequence

import hydra
from omegaconf import DictConfig

from hpo.app.refusals import COMPOSITION_ERRORS, refusal

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
        return job(config)

    os.environ[_RAISE] = "1"
    try:
        hydra.main(config_path="pkg://conf", config_name="config", version_base="1.3")(begun)()
    except COMPOSITION_ERRORS as error:
        raise SystemExit(refusal(error, arguments)) from None
    finally:
        _set(before)


def _set(value: str | None) -> None:
    if value is None:
        os.environ.pop(_RAISE, None)
    else:
        os.environ[_RAISE] = value
