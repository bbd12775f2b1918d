"""What is known of a study, whether it runs or lies on the disk."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hpo.objective import Objective
from hpo.space import SearchSpace
from hpo.study.ledger import Ledger
from hpo.study.plan import Plan
from hpo.study.timeline import Timeline
from hpo.study.trial import Trial


class Results:
    """The trials of a study, the best of them, and what they cost.

    Attributes:
        plan: What was asked.
        space: What is searched.
        objective: What is sought.
        ledger: What has happened.
    """

    def __init__(self, plan: Plan, space: SearchSpace, objective: Objective, ledger: Ledger) -> None:
        self.plan = plan
        self.space = space
        self.objective = objective
        self.ledger = ledger
        self._best: Trial | None = None
        for trial in self.trials:
            self._consider(trial)

    @property
    def trials(self) -> Sequence[Trial]:
        """Every trial so far, by index."""
        return list(self.ledger.trials.values())

    @property
    def best(self) -> Trial | None:
        """The completed trial with the best objective among those that satisfy the constraints, or None."""
        return self._best

    @property
    def baseline(self) -> Trial | None:
        """The trial of the task's own defaults, if they were to be tried first and have been asked for; else None."""
        asked = self.plan.baseline
        return None if asked is None else next((trial for trial in self.trials if trial.parameters == asked), None)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many trials stand how, by status."""
        return dict(sorted(Counter(str(trial.status) for trial in self.trials).items()))

    @property
    def n_unasked(self) -> int:
        """How many trials are still to be asked for."""
        return max(0, self.plan.num_trials - self.ledger.n_asked)

    @property
    def n_ended(self) -> int:
        """How many of the trials that were asked for here have ended."""
        return sum(trial.outcome is not None and trial.source is None for trial in self.trials)

    @property
    def wall_s(self) -> float:
        """Seconds from the first start to the last end of a trial, summed over the sessions."""
        return sum(session.wall_s for session in self.ledger.sessions)

    @property
    def busy_s(self) -> float:
        """The sum of the trials' seconds."""
        return sum(session.busy_s for session in self.ledger.sessions)

    @property
    def utilisation(self) -> float | None:
        """The trials' seconds, divided by slots times :attr:`wall_s`; None before a trial has ended."""
        available_s = sum(session.slots * session.wall_s for session in self.ledger.sessions)
        return self.busy_s / available_s if available_s else None

    def timeline(self) -> Timeline:
        """Return which slot ran what and when, and why it was idle in between."""
        return Timeline.of(self.ledger)

    def value(self, trial: Trial) -> float:
        """Return the objective's value of a completed trial."""
        return self.objective.value(trial.metrics)

    def _consider(self, trial: Trial) -> None:
        """Take a trial for the best if it is."""
        if (
            trial.is_completed
            and self.objective.feasible(trial.metrics)
            and (self._best is None or self.objective.better(self.value(trial), self.value(self._best)))
        ):
            self._best = trial
