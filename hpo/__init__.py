"""Tune any Python function: Ax proposes, Ray Tune runs the trials, Hydra composes the study.

As a program it is ``python -m hpo``. In Python, say in a notebook, it has a few public names:

    >>> import hpo
    >>> space = hpo.build_space({"x": {"type": "range", "bounds": [-1.0, 1.0]}})
    >>> with hpo.create_study("first", space, overrides=["optimizer=sobol", "num_trials=4"]) as study:
    ...     while (trial := study.ask()) is not None:
    ...         _ = study.tell(trial, trial.parameters["x"] ** 2)
    >>> hpo.open_study("first").trials_frame().status.unique().tolist()
    ['completed']

They are imported when they are first used, so that ``import hpo`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hpo.errors import HpoError as HpoError
    from hpo.errors import InputError as InputError
    from hpo.library.ask_tell import AskTellStudy as AskTellStudy
    from hpo.library.opening import create_study as create_study
    from hpo.library.opening import resume_study as resume_study
    from hpo.library.read_only import ReadOnlyStudy as ReadOnlyStudy
    from hpo.library.read_only import open_study as open_study
    from hpo.objective import Objective as Objective
    from hpo.space import SearchSpace as SearchSpace
    from hpo.space import build_space as build_space
    from hpo.study import Status as Status
    from hpo.study import Trial as Trial

__version__ = "0.1.0"
_HOMES = {  # the public names, and where each is when it is used; above they are for type checkers
    "AskTellStudy": "hpo.library.ask_tell",
    "HpoError": "hpo.errors",
    "InputError": "hpo.errors",
    "Objective": "hpo.objective",
    "ReadOnlyStudy": "hpo.library.read_only",
    "SearchSpace": "hpo.space",
    "Status": "hpo.study",
    "Trial": "hpo.study",
    "build_space": "hpo.space",
    "create_study": "hpo.library.opening",
    "open_study": "hpo.library.read_only",
    "resume_study": "hpo.library.opening",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
