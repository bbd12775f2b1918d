"""Observers of a study, and the guard that keeps their faults away from it."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from hpo.study.trial import Trial
from hpo.task import Report

if TYPE_CHECKING:
    from hpo.study.study import Study

log = logging.getLogger(__name__)


class Observer:
    """Base of what watches a study. Every method does nothing; override those that matter.

    All methods are called from the thread that drives the study, after the event is in the journal. What they
    raise is logged with its traceback and changes nothing else.
    """

    def on_study_start(self, study: "Study") -> None:
        """A session begins."""

    def on_trial_start(self, study: "Study", trial: Trial) -> None:
        """A worker begins the trial."""

    def on_trial_report(self, study: "Study", trial: Trial, report: Report) -> None:
        """A running trial says how far it is."""

    def on_trial_end(self, study: "Study", trial: Trial) -> None:
        """A trial has its outcome."""

    def on_study_end(self, study: "Study") -> None:
        """The session is over; the study's state is saved, and another process may take the study."""


class Observers(Observer):
    """Several observers as one; a fault of one reaches neither the others nor the study."""

    def __init__(self, observers: Mapping[str, Observer]) -> None:
        self._observers = dict(observers)

    def on_study_start(self, study: "Study") -> None:
        """Pass it on to all."""
        self._notify("on_study_start", study)

    def on_trial_start(self, study: "Study", trial: Trial) -> None:
        """Pass it on to all."""
        self._notify("on_trial_start", study, trial)

    def on_trial_report(self, study: "Study", trial: Trial, report: Report) -> None:
        """Pass it on to all."""
        self._notify("on_trial_report", study, trial, report)

    def on_trial_end(self, study: "Study", trial: Trial) -> None:
        """Pass it on to all."""
        self._notify("on_trial_end", study, trial)

    def on_study_end(self, study: "Study") -> None:
        """Pass it on to all."""
        self._notify("on_study_end", study)

    def _notify(self, event: str, *arguments: object) -> None:
        for name, observer in self._observers.items():
            try:
                getattr(observer, event)(*arguments)
            except Exception:
                log.exception("callbacks.%s raised in %s; the study goes on without it", name, event)
