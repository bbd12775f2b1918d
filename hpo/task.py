"""The contract between a study and what it tunes. Imports nothing but the standard library."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ParameterValue = bool | int | float | str
Metrics = Mapping[str, float]


@dataclass(frozen=True)
class Report:
    """One message of a running trial.

    Attributes:
        step: How far the trial is, in the task's own unit (epochs, iterations); grows from report to report.
        metrics: What was measured at that step, by name.
        checkpoint: A file or folder from which the trial can go on, relative to the trial's directory.
    """

    step: int
    metrics: Metrics
    checkpoint: str | None = None


class TrialInterrupted(BaseException):
    """Ends an attempt at a trial that will go on from its checkpoint later; no ``except Exception`` stops it."""


def _ignore(_: Report) -> None:
    """Take a report that nobody waits for."""


def _never() -> bool:
    """Tell that nobody asks to stop."""
    return False


@dataclass(frozen=True)
class TrialContext:
    """What a running task may know about its trial.

    A context made by hand, ``TrialContext(index=0, directory=Path.cwd(), seed=0)``, runs a task without a study.

    Attributes:
        index: The trial's index: its directory, its table row, its log prefix.
        directory: Absolute path of the trial's directory; also the working directory while the task runs.
        seed: Seed for this trial's random numbers; the same study seed and index give the same one.
        n_threads: Threads the trial may keep busy, at least 1.
        has_gpu: Whether the trial was given a GPU or a share of one.
        checkpoint: Absolute path of the last checkpoint of an earlier, interrupted run of this trial, or None.
        send: Where reports go.
        stopping: Tells whether the study asks to stop; :attr:`is_stopping` calls it.
    """

    index: int
    directory: Path
    seed: int
    n_threads: int = 1
    has_gpu: bool = False
    checkpoint: Path | None = None
    send: Callable[[Report], None] = _ignore
    stopping: Callable[[], bool] = _never

    @property
    def is_stopping(self) -> bool:
        """Whether the study asks to stop: write a checkpoint and report it.

        A report with a checkpoint ends the attempt then; a later session goes on from there. A task that has no
        checkpoint to give may go on to its end.
        """
        return self.stopping()

    def report(self, step: int, metrics: Metrics, *, checkpoint: str | Path | None = None) -> None:
        """Tell the study how far the trial is.

        Args:
            step: Epochs, iterations or whatever the task counts; grows from report to report.
            metrics: What was measured at this step, by name.
            checkpoint: A file or folder written for this step, inside the trial's directory.

        Raises:
            ValueError: If the checkpoint is not there, or lies outside the trial's directory.
            TrialInterrupted: If the study asks to stop and there is a checkpoint to go on from. Let it pass.
        """
        relative = None
        if checkpoint is not None:
            path = Path(os.path.normpath(self.directory / checkpoint))
            relative = str(path.relative_to(self.directory))
            if not path.exists():
                raise ValueError(f"there is no checkpoint {path}: write it before it is reported")
        self.send(Report(int(step), {str(name): float(value) for name, value in metrics.items()}, relative))
        if relative is not None and self.is_stopping:
            raise TrialInterrupted


@dataclass(frozen=True)
class Signature:
    """The parameters a task takes.

    Attributes:
        required: Names without which it cannot run.
        optional: Names that have a default.
        takes_any: Whether it takes other names too (a function with ``**kwargs``).
        defaults: The values that optional parameters have where nobody sets them, as far as a study could try them.
    """

    required: frozenset[str]
    optional: frozenset[str] = frozenset()
    takes_any: bool = False
    defaults: Mapping[str, ParameterValue] = field(default_factory=dict, hash=False)

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Return those of ``names`` that the task does not take, in their order."""
        return [] if self.takes_any else [n for n in names if n not in self.required | self.optional]

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return the required parameters that ``names`` lacks, sorted."""
        return sorted(self.required - set(names))


class Task(ABC):
    """What a study tunes: a value (a frozen dataclass) made from ``conf/task/<name>.yaml``.

    It is sent to the workers by pickling, so it holds settings, no data and no open files. Its ``__post_init__``
    raises :class:`hpo.errors.InputError` for a bad setting, with the key as the user types it (``task.sleep_s``).
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """How messages call the task."""

    @property
    @abstractmethod
    def signature(self) -> Signature:
        """The parameters it takes."""

    @property
    def metrics(self) -> frozenset[str] | None:
        """The metrics it returns, or None if that is known only after a trial."""
        return None

    def check(self) -> None:  # noqa: B027 - most tasks need nothing from outside
        """Look for what the task needs from outside (data, devices), before anything starts.

        Raises:
            hpo.errors.InputError: If something is missing, with where it was looked for and how to get it.
        """

    @abstractmethod
    def run(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> float | Metrics:
        """Evaluate one set of parameters.

        Args:
            parameters: Values by name: every required name, and none that :attr:`signature` does not know.
            context: The trial it runs for.

        Returns:
            The metrics by name; a single number stands for ``{"value": number}``.

        Raises:
            Exception: Whatever goes wrong; the trial ends as failed, the study goes on.
        """
