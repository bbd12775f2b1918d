"""The study: asks for suggestions, is told outcomes, and loses neither."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import yaml

from hpo.atomic import write_reproducible
from hpo.objective import OBJECTIVE_METRIC, Objective
from hpo.space import SearchSpace
from hpo.study.journal import SCHEMA, Journal
from hpo.study.observers import Observer, Observers
from hpo.study.paths import PARAMETERS_FILE, StudyPaths
from hpo.study.plan import Plan
from hpo.study.proposer import Proposer
from hpo.study.summary import write_summary
from hpo.study.table import FIRST_COLUMNS, LAST_COLUMNS, write_table
from hpo.study.trial import Outcome, Status, Trial, strict_numbers
from hpo.task import Metrics, Report
from hpo.throttle import Throttle

log = logging.getLogger(__name__)


class Study:
    """One question: a space, an objective, a budget of trials, and what is known so far.

    It speaks ask and tell and knows nothing of Ray. A suggestion is in the journal before its parameters leave
    :meth:`ask`; an outcome is there before the proposer hears of it. All calls come from one thread.

    Attributes:
        plan: What was asked.
        paths: Where it is kept.
        session: The directory of this run of the program, below ``sessions/``.
        space: What is searched.
        objective: What is sought.
    """

    def __init__(
        self,
        plan: Plan,
        paths: StudyPaths,
        session: Path,
        *,
        space: SearchSpace,
        objective: Objective,
        proposer: Proposer,
        observers: Mapping[str, Observer] | None = None,
    ) -> None:
        self.plan = plan
        self.paths = paths
        self.session = session
        self.space = space
        self.objective = objective
        self._proposer = proposer
        self._observers = Observers(observers or {})
        self._journal = Journal(paths.journal)
        self._trials: dict[int, Trial] = {}
        self._generation_s: list[float] = []
        self._running: set[int] = set()
        self._started_at: dict[int, float] = {}
        self._best: Trial | None = None
        self._is_exhausted = False
        self._saving = Throttle()

    @property
    def trials(self) -> Sequence[Trial]:
        """Every trial so far, by index."""
        return [self._trials[index] for index in sorted(self._trials)]

    @property
    def n_running(self) -> int:
        """How many trials were asked for and not told yet."""
        return len(self._running)

    @property
    def is_asked_out(self) -> bool:
        """Whether no further trial will be asked for: the total is reached, or the space has no point left."""
        return self._is_exhausted or len(self._trials) >= self.plan.num_trials

    @property
    def generation_s(self) -> Sequence[float]:
        """Seconds that each suggestion took to generate."""
        return tuple(self._generation_s)

    def begin(self) -> None:
        """Open a session: journal it and tell the observers."""
        plan = self.plan
        self._journal.append("session", schema=SCHEMA, num_trials=plan.num_trials, slots=plan.slots, seed=plan.seed)
        self._observers.on_study_start(self)

    def ask(self) -> Trial | None:
        """Return the next trial to run, or None if there is none now: all slots are taken, or none will follow.

        Raises:
            OSError: If the journal cannot be written.
        """
        if self.is_asked_out or self.n_running >= self.plan.slots:
            return None
        began = time.perf_counter()
        suggestion = self._proposer.suggest(self._n_left)
        generation_s = time.perf_counter() - began
        if suggestion is None:
            self._is_exhausted = True
            log.warning("The space has no untried point left: the study ends with %d trials.", len(self._trials))
            return None
        index, parameters = suggestion
        self._generation_s.append(generation_s)
        self._journal.append("suggested", index=index, parameters=dict(parameters), generation_s=round(generation_s, 6))
        self._running.add(index)
        trial = self._trials[index] = Trial(index, dict(parameters))
        directory = self.paths.trial(index)
        directory.mkdir(parents=True, exist_ok=True)
        write_reproducible(directory / PARAMETERS_FILE, yaml.safe_dump(dict(parameters), sort_keys=False))
        return trial

    def start(self, index: int) -> None:
        """Take note that a worker begins trial ``index``."""
        self._journal.append("started", index=index)
        self._started_at[index] = time.time()
        self._observers.on_trial_start(self, self._trials[index])

    def report(self, index: int, report: Report) -> None:
        """Take a progress report of the running trial ``index``; one of a trial that ended is dropped."""
        trial = self._trials[index]
        if trial.outcome is not None:
            return
        self._journal.append(
            "reported",
            index=index,
            step=report.step,
            metrics=strict_numbers(report.metrics),
            checkpoint=report.checkpoint,
        )
        self._observers.on_trial_report(self, trial, report)

    def tell(self, index: int, outcome: Outcome) -> Trial:
        """Take the outcome of trial ``index``. A second one for the same index changes nothing.

        Returns:
            The trial with its outcome; a completed one whose metrics are no data is invalid instead.

        Raises:
            KeyError: If no such trial was asked for.
            OSError: If the journal cannot be written.
        """
        trial = self._trials[index]
        if trial.outcome is not None:
            return trial
        outcome = self._timed(index, self._screened(outcome))
        event = "completed" if outcome.status is Status.COMPLETED else "failed"
        self._journal.append(event, index=index, **outcome.to_json())
        trial = self._trials[index] = replace(trial, outcome=outcome)
        self._running.discard(index)
        if trial.is_completed:
            self._proposer.complete(index, self._data(outcome.metrics))
            self._update_best(trial)
        else:
            self._proposer.fail(index, outcome.reason or str(outcome.status))
        self._observers.on_trial_end(self, trial)
        return trial

    def pause(self) -> None:
        """Do what can wait while trials run: generate suggestions ahead, save the state."""
        self._proposer.prepare(self._n_left)
        if len(self._trials) > len(self._running):
            self._saving.run(self._save)

    @property
    def best(self) -> Trial | None:
        """The completed trial with the best objective among those that satisfy the constraints, or None."""
        return self._best

    def value(self, trial: Trial) -> float:
        """Return the objective's value of a completed trial."""
        return self.objective.value(trial.metrics)

    def end(self) -> None:
        """Close the session: state saved, observers told, files closed."""
        try:
            self._save()
            write_table(self)
            self._observers.on_study_end(self)
        finally:
            self._journal.close()

    def _save(self) -> None:
        """Write what can be rebuilt from the journal; a fault there is no reason to lose trials in flight."""
        for write in (partial(self._proposer.save, self.paths.snapshot), partial(write_summary, self)):
            try:
                write()
            except Exception:
                log.exception("A file of %s could not be written; the journal holds everything", self.paths.root)

    def _update_best(self, trial: Trial) -> None:
        if self.objective.feasible(trial.metrics) and (
            self._best is None or self.objective.better(self.value(trial), self.value(self._best))
        ):
            self._best = trial

    @property
    def _n_left(self) -> int:
        return self.plan.num_trials - len(self._trials)

    def _timed(self, index: int, outcome: Outcome) -> Outcome:
        """Return the outcome with the driver's times if the worker could not send its own."""
        started_at = self._started_at.pop(index, None)
        if outcome.started_at is not None or started_at is None:
            return outcome
        return replace(outcome, started_at=started_at, seconds=time.time() - started_at)

    def _screened(self, outcome: Outcome) -> Outcome:
        if outcome.status is not Status.COMPLETED:
            return outcome
        reason = self.objective.screen(outcome.metrics) or self._name_clash(outcome.metrics)
        return outcome if reason is None else replace(outcome, status=Status.INVALID, reason=reason)

    def _name_clash(self, metrics: Metrics) -> str | None:
        taken = [name for name in metrics if name in {*self.space.names, *FIRST_COLUMNS, *LAST_COLUMNS}]
        return f"a metric may not be called {', '.join(taken)}: trials.csv has such a column" if taken else None

    def _data(self, metrics: Metrics) -> Metrics:
        return {
            OBJECTIVE_METRIC: self.objective.value(metrics),
            **{c.metric: metrics[c.metric] for c in self.objective.constraints},
        }
