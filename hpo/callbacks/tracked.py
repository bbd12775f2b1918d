"""A study and its trials as a tracking library is told of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hpo.digest import digest
from hpo.objective import OBJECTIVE_METRIC, Objective
from hpo.study import Results, Status, Study, Trial
from hpo.task import Metrics

Curve = Mapping[int, Metrics]  # what a trial reported, by step


@dataclass(frozen=True)
class Tracked:
    """A study.

    Attributes:
        name: Its name.
        id: The same in all its sessions, and another study's is another: 8 letters and digits.
        root: Its directory, absolute.
        objective: What is sought.
        seed: Of its suggestions.
    """

    name: str
    id: str
    root: Path
    objective: Objective
    seed: int

    @classmethod
    def of(cls, study: Study) -> "Tracked":
        """Return what is told of ``study``, whose session has begun."""
        plan = study.plan
        id_ = digest({"name": plan.name, "began": study.ledger.sessions[0].began})[:8]
        return cls(plan.name, id_, study.paths.root, study.objective, plan.seed)

    def run_name(self, index: int) -> str:
        """Return what the run of trial ``index`` is called."""
        return f"{self.name}-{index:04d}"


@dataclass(frozen=True)
class Ended:
    """A trial that ended.

    Attributes:
        trial: The trial; it has an outcome.
        metrics: Those of the outcome and, where it is an expression of several, the objective.
        curve: What it reported on the way.
    """

    trial: Trial
    metrics: Metrics
    curve: Curve = field(default_factory=dict)

    @classmethod
    def of(cls, results: Results, trial: Trial, curve: Curve) -> "Ended":
        """Return what is told of ``trial``."""
        is_told = not trial.is_completed or results.objective.metric in trial.metrics
        extra = {} if is_told else {OBJECTIVE_METRIC: results.value(trial)}
        return cls(trial, {**trial.metrics, **extra}, curve)

    @property
    def is_success(self) -> bool:
        """Whether it ended as it should: with data, or stopped early by a scheduler."""
        return self.trial.status in {Status.COMPLETED, Status.STOPPED_EARLY}

    @property
    def last_step(self) -> int:
        """The step of the last report, at which the metrics of the outcome are shown; 0 without one."""
        return max(self.curve, default=0)

    @property
    def final(self) -> Metrics:
        """Those of :attr:`metrics` that the last report does not tell already."""
        reported = self.curve.get(self.last_step, {})
        return {name: value for name, value in self.metrics.items() if reported.get(name) != value}

    @property
    def facts(self) -> Mapping[str, str]:
        """How it ended, in words: ``status``, ``attempt``, perhaps ``reason`` and, of one run elsewhere, ``source``."""
        trial = self.trial
        reason = None if trial.outcome is None else trial.outcome.reason
        told = {"status": str(trial.status), "attempt": str(trial.attempt), "reason": reason, "source": trial.source}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def seconds(self) -> float:
        """How long its task ran, s."""
        return 0.0 if self.trial.outcome is None else self.trial.outcome.seconds

    @property
    def ended_at(self) -> float | None:
        """When its task ended, seconds since 1970; None if it never ran here."""
        began = None if self.trial.outcome is None else self.trial.outcome.started_at
        return None if began is None else began + self.seconds
