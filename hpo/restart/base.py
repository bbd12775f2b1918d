"""What every restart mode is given, and what it returns."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hpo.failures import Failures
from hpo.interruption import Interruption
from hpo.objective import Objective
from hpo.optimizer import Optimizer
from hpo.space import SearchSpace
from hpo.study import Plan, Study, StudyPaths
from hpo.study.observers import Observer
from hpo.task import ParameterValue


@dataclass(frozen=True)
class Request:
    """What was asked of a study, checked.

    Attributes:
        plan: Its size.
        paths: Where it lies.
        space: What is searched.
        objective: What is sought.
        optimizer: How points are proposed.
        observers: What watches it, by name.
        record: What ``study.yaml`` keeps, as plain values.
        is_asynchronous: Whether trials run beside this process, so that suggestions can be made meanwhile.
        n_model_threads: Threads for whatever makes them.
        failures: The rules for trials that end badly.
        interruption: What may ask it to stop.
        repeated: The parameters of every trial, where none are to be suggested; else None.
    """

    plan: Plan
    paths: StudyPaths
    space: SearchSpace
    objective: Objective
    optimizer: Optimizer
    observers: Mapping[str, Observer]
    record: Mapping[str, Any]
    is_asynchronous: bool = False
    n_model_threads: int = 1
    failures: Failures = field(default_factory=Failures)
    interruption: Interruption = field(default_factory=Interruption)
    repeated: Mapping[str, ParameterValue] | None = None

    @property
    def outputs(self) -> Path:
        """The folder of all studies."""
        return self.paths.root.parent


class Restart(ABC):
    """Opens a study."""

    @abstractmethod
    def continues(self, paths: StudyPaths) -> bool:
        """Tell whether a study in ``paths`` would go on, so that what is not said comes from its ``study.yaml``."""

    @abstractmethod
    def open(self, request: Request, session_name: str) -> Study:
        """Return the study, ready to be driven and held by this process.

        Args:
            request: What was asked.
            session_name: The folder of this run of the program below ``sessions/``.

        Raises:
            hpo.errors.InputError: If it cannot be opened this way.
            hpo.errors.StudyExistsError: If it is there already and may not be.
            hpo.errors.StudyInUseError: If another process runs it.
        """
