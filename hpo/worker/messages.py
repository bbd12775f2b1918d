"""What a supervisor and its executor say to each other, pickled, over a pair of sockets."""

from dataclasses import dataclass
from enum import Enum, auto

from hpo.study.trial import Outcome
from hpo.task import Report
from hpo.worker.assignment import Assignment


@dataclass(frozen=True)
class Work:
    """A trial to run.

    Attributes:
        name: The task's name.
        task: The task, pickled, so that a fault in loading it is the trial's and not the connection's.
        assignment: The trial.
    """

    name: str
    task: bytes
    assignment: Assignment


@dataclass(frozen=True)
class Ended:
    """A trial has ended.

    Attributes:
        outcome: What came of it; None if it was interrupted.
    """

    outcome: Outcome | None


class Word(Enum):
    """Messages without content."""

    READY = auto()  # from the executor: it has started
    BEGAN = auto()  # from the executor: the task runs, and so does its clock
    STOP = auto()  # to the executor: the study asks to stop
    STOP_EARLY = auto()  # to the executor: the trial that runs is to end at its next report
    LEAVE = auto()  # to the executor: no trial will follow


FromExecutor = Ended | Report | Word
