"""What every restart mode is given, and what it returns."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from hpo.objective import Objective
from hpo.optimizer import Optimizer
from hpo.space import SearchSpace
from hpo.study import Plan, Study, StudyPaths
from hpo.study.observers import Observer


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
    """

    plan: Plan
    paths: StudyPaths
    space: SearchSpace
    objective: Objective
    optimizer: Optimizer
    observers: Mapping[str, Observer]
    record: Mapping[str, object]


class Restart(ABC):
    """Opens a study."""

    @abstractmethod
    def open(self, request: Request, session_name: str) -> Study:
        """Return the study, ready to be driven.

        Args:
            request: What was asked.
            session_name: The folder of this run of the program below ``sessions/``.

        Raises:
            hpo.errors.StudyExistsError: If it cannot be opened this way.
        """
