"""How a test calls a user's function as a task does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.task import Metrics, ParameterValue, TrialContext
from tasks.function import Function

Write = Callable[..., str]


def run(task: Function, index: int = 0, **parameters: ParameterValue) -> float | Metrics:
    return task.run(parameters, TrialContext(index=index, directory=Path.cwd(), seed=0))


def complaint(function: str, **settings: object) -> str:
    with pytest.raises(InputError) as caught:
        Function(function, **settings).check()  # type: ignore[arg-type] # what a YAML file may hold
    return str(caught.value)
