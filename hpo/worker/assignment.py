"""What a worker is told to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from hpo.task import ParameterValue


@dataclass(frozen=True)
class Assignment:
    """One attempt at a trial; plain values, since it travels as a dict.

    Attributes:
        index: The trial's index.
        parameters: The suggestion.
        directory: The trial's directory, absolute.
        seed: Seed for the trial.
        n_threads: Threads it may keep busy.
        has_gpu: Whether it was given a GPU or a share of one.
        checkpoint: Where an interrupted run of the trial left off, relative to the directory; or None.
        attempt: Which attempt at the trial this is, from 1.
        timeout_s: Longest time the task may run, in s; None for no limit. Only a supervised trial can be ended.
        fresh_process: Whether it wants a process in which no trial has run. Only a supervised trial can have it.
        stop_file: Absolute path of a file whose existence means that the study stops; or None.
        early_stop_file: Absolute path of a file whose existence means that this trial is stopped early: it holds the
            outcome, as JSON; or None. Only a supervised trial is stopped so.
        stop_within_s: Longest time for a trial that is stopped early to come to its next report, in s.
    """

    index: int
    parameters: Mapping[str, ParameterValue]
    directory: str
    seed: int
    n_threads: int = 1
    has_gpu: bool = False
    checkpoint: str | None = None
    attempt: int = 1
    timeout_s: float | None = None
    fresh_process: bool = False
    stop_file: str | None = None
    early_stop_file: str | None = None
    stop_within_s: float = 10.0
