"""A trial: the parameters that were suggested, and the outcome that came back."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from hpo.task import Metrics, ParameterValue


class Status(StrEnum):
    """How a trial stands. All but ``RUNNING`` are final."""

    COMPLETED = "completed"
    FAILED = "failed"  # the task raised
    INVALID = "invalid"  # a needed metric is missing, NaN or infinite
    TIMEOUT = "timeout"
    CRASHED = "crashed"  # the worker process died
    OUT_OF_MEMORY = "out_of_memory"
    STOPPED_EARLY = "stopped_early"  # by a scheduler; its metrics are those of its last report
    ABANDONED = "abandoned"
    RUNNING = "running"

    @property
    def is_failure(self) -> bool:
        """Whether it counts against ``failures.max_share``: it ended badly, and nobody wanted it to end."""
        return self not in {Status.COMPLETED, Status.RUNNING, Status.STOPPED_EARLY, Status.ABANDONED}

    @property
    def event(self) -> str:
        """The journal's word for a trial that ends so."""
        return str(self) if self in {Status.COMPLETED, Status.ABANDONED} else "failed"

    @property
    def may_be_retried(self) -> bool:
        """Whether ``restart.retry_failed`` gives it another go."""
        return self.is_failure or self is Status.ABANDONED


@dataclass(frozen=True)
class Outcome:
    """What came back from a trial: metrics, or why there are none.

    Attributes:
        status: One of the final statuses.
        metrics: What the task returned, by name; of a trial that was stopped early, what it reported last; empty if
            there is nothing.
        reason: One line that says why there is no data; None for a completed trial.
        started_at: When the task began, seconds since 1970 on the worker's clock; None if it never did.
        seconds: How long the task ran, in s; 0 if it never did.
        log_tail: The last lines of the log of a trial that ended without data.
        is_transient: Whether the fault lay outside the trial (a killed worker, a lost node), so that another attempt
            may end otherwise.
    """

    status: Status
    metrics: Metrics = field(default_factory=dict)
    reason: str | None = None
    started_at: float | None = None
    seconds: float = 0.0
    log_tail: tuple[str, ...] = ()
    is_transient: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the outcome as plain JSON values."""
        return {
            "status": str(self.status),
            "metrics": strict_numbers(self.metrics),
            "reason": self.reason,
            "started_at": self.started_at,
            "seconds": self.seconds,
            "log_tail": list(self.log_tail),
            "is_transient": self.is_transient,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Outcome":
        """Return the outcome that :meth:`to_json` wrote; keys that schema 1 did not have may be absent.

        Raises:
            KeyError, ValueError, TypeError: If ``data`` is not of that form.
        """
        metrics, reason, started_at, seconds = (data[key] for key in ("metrics", "reason", "started_at", "seconds"))
        log_tail = data.get("log_tail", ())
        if not (isinstance(metrics, Mapping) and isinstance(seconds, int | float) and isinstance(log_tail, Sequence)):
            raise TypeError(f"{data!r} is not an outcome")
        return cls(
            status=Status(str(data["status"])),
            metrics={str(name): float(value) for name, value in metrics.items()},
            reason=None if reason is None else str(reason),
            started_at=float(started_at) if isinstance(started_at, int | float) else None,
            seconds=float(seconds),
            log_tail=tuple(str(line) for line in log_tail),
            is_transient=data.get("is_transient") is True,
        )


def strict_numbers(metrics: Metrics) -> dict[str, float | str]:
    """Return the metrics as strict JSON, which has no NaN and no infinity: those become the texts ``float`` reads."""
    return {name: value if math.isfinite(value) else str(value) for name, value in metrics.items()}


@dataclass(frozen=True)
class Trial:
    """One evaluation of one set of parameters.

    Attributes:
        index: The Ax trial index; also the trial's directory, table row and log prefix.
        parameters: The suggestion, fixed parameters included.
        outcome: What came back, or None while it runs or waits to be run again.
        attempt: Which attempt at it is the current or the last one, from 1.
        checkpoint: The last checkpoint that it reported, relative to its directory; None if there is none.
        source: Where its data came from if it was not run here; else None.
    """

    index: int
    parameters: Mapping[str, ParameterValue]
    outcome: Outcome | None = None
    attempt: int = 1
    checkpoint: str | None = None
    source: str | None = None

    @property
    def status(self) -> Status:
        """How the trial stands."""
        return Status.RUNNING if self.outcome is None else self.outcome.status

    @property
    def is_completed(self) -> bool:
        """Whether the trial's metrics are data."""
        return self.status is Status.COMPLETED

    @property
    def is_evaluated(self) -> bool:
        """Whether the task came to its end, be its metrics data for this study's objective or not."""
        return self.status in {Status.COMPLETED, Status.INVALID}

    @property
    def metrics(self) -> Metrics:
        """Those of the outcome, by name; empty while it runs."""
        return {} if self.outcome is None else self.outcome.metrics
