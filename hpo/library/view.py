"""What can be read of a study, whoever runs it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hpo.library.frames import reports_frame, trials_frame
from hpo.objective import Objective
from hpo.space import SearchSpace
from hpo.study import Results, StudyPaths, Trial
from hpo.study.reports import read_reports
from hpo.task import ParameterValue

if TYPE_CHECKING:
    import pandas as pd


class StudyView:
    """The trials of a study, the best of them, and what was asked.

    Args:
        results: What is known.
        paths: Where the study lies.
    """

    def __init__(self, results: Results, paths: StudyPaths) -> None:
        self._results = results
        self._paths = paths

    @property
    def name(self) -> str:
        """The study's name."""
        return self._paths.root.name

    @property
    def directory(self) -> Path:
        """Where it lies, absolute."""
        return self._paths.root

    @property
    def space(self) -> SearchSpace:
        """What is searched."""
        return self._results.space

    @property
    def objective(self) -> Objective:
        """What is sought."""
        return self._results.objective

    @property
    def num_trials(self) -> int:
        """How many trials it is to have in total."""
        return self._results.plan.num_trials

    @property
    def trials(self) -> Sequence[Trial]:
        """Every trial so far, by index: parameters, status, metrics."""
        return self._results.trials

    @property
    def counts(self) -> Mapping[str, int]:
        """How many trials stand how, by status."""
        return self._results.counts

    @property
    def best(self) -> Trial | None:
        """The completed trial with the best objective among those that keep to the constraints, or None."""
        return self._results.best

    @property
    def best_value(self) -> float | None:
        """The objective of the best trial, in the task's unit; None without one."""
        return None if self.best is None else self.value(self.best)

    @property
    def best_parameters(self) -> Mapping[str, ParameterValue] | None:
        """The parameters of the best trial, fixed ones included; None without one."""
        return None if self.best is None else dict(self.best.parameters)

    def value(self, trial: Trial) -> float:
        """Return the objective's value of a completed trial.

        Raises:
            KeyError: If the trial has no such metric.
        """
        return self._results.value(trial)

    def trials_frame(self) -> "pd.DataFrame":
        """Return the trials as a table of pandas, a row each; see :func:`hpo.library.frames.trials_frame`."""
        return trials_frame(self._results)

    def reports_frame(self) -> "pd.DataFrame":
        """Return what trials reported on their way, a row a report: learning curves.

        The columns are ``trial_index``, ``step`` (in the task's own unit) and one a metric.

        Raises:
            DamagedStudyError: If the journal is damaged.
        """
        journal = self._paths.journal
        return reports_frame(read_reports(journal) if journal.exists() else ())

    def _in_short(self) -> str:
        done = f"{self._results.n_ended} of {self.num_trials} trials"
        if self.best is None:
            return done
        return f"{done}, best {self.best_value:.6g} in trial {self.best.index}"
