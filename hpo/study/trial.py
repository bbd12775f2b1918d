"""A trial: the parameters that were suggested, and the outcome that came back."""

import math
from collections.abc import Mapping
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
    STOPPED_EARLY = "stopped_early"
    ABANDONED = "abandoned"
    RUNNING = "running"


@dataclass(frozen=True)
class Outcome:
    """What came back from a trial: metrics, or why there are none.

    Attributes:
        status: One of the final statuses.
        metrics: What the task returned, by name; empty if it returned nothing.
        reason: One line that says why there is no data; None for a completed trial.
        started_at: When the task began, seconds since 1970 on the worker's clock; None if it never did.
        seconds: How long the task ran, in s; 0 if it never did.
    """

    status: Status
    metrics: Metrics = field(default_factory=dict)
    reason: str | None = None
    started_at: float | None = None
    seconds: float = 0.0

    def to_json(self) -> dict[str, object]:
        """Return the outcome as plain JSON values."""
        return {
            "status": str(self.status),
            "metrics": strict_numbers(self.metrics),
            "reason": self.reason,
            "started_at": self.started_at,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Outcome":
        """Return the outcome that :meth:`to_json` wrote.

        Raises:
            KeyError, ValueError, TypeError: If ``data`` is not of that form.
        """
        metrics, reason, started_at, seconds = (data[key] for key in ("metrics", "reason", "started_at", "seconds"))
        if not isinstance(metrics, Mapping) or not isinstance(seconds, int | float):
            raise TypeError(f"{data!r} is not an outcome")
        return cls(
            status=Status(str(data["status"])),
            metrics={str(name): float(value) for name, value in metrics.items()},
            reason=None if reason is None else str(reason),
            started_at=float(started_at) if isinstance(started_at, int | float) else None,
            seconds=float(seconds),
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
        outcome: What came back, or None while it runs.
    """

    index: int
    parameters: Mapping[str, ParameterValue]
    outcome: Outcome | None = None

    @property
    def status(self) -> Status:
        """How the trial stands."""
        return Status.RUNNING if self.outcome is None else self.outcome.status

    @property
    def is_completed(self) -> bool:
        """Whether the trial's metrics are data."""
        return self.status is Status.COMPLETED

    @property
    def metrics(self) -> Metrics:
        """What the task returned, by name; empty while it runs."""
        return {} if self.outcome is None else self.outcome.metrics
