"""Ray Tune's callbacks: the study's own, and a guard around those of others."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import ray.exceptions
from ray.tune import Callback
from ray.tune.experiment import Trial as RayTrial

from hpo.study import Outcome, Status, Study
from hpo.tuner.ray import lines
from hpo.tuner.ray.searcher import StudySearcher
from hpo.tuner.ray.stateless import Stateless

log = logging.getLogger(__name__)


class StudyEvents(Stateless, Callback):  # type: ignore[misc]  # Ray ships no types
    """Tells the study which trials start, and which ended with their worker process."""

    def __init__(self, study: Study, searcher: StudySearcher) -> None:
        self._study = study
        self._index_of = searcher.index_of

    def on_trial_start(self, iteration: int, trials: Sequence[RayTrial], trial: RayTrial, **_: Any) -> None:
        """Tell the study that a worker begins the trial."""
        self._study.start(self._index_of[trial.trial_id])

    def on_trial_error(self, iteration: int, trials: Sequence[RayTrial], trial: RayTrial, **_: Any) -> None:
        """Tell the study why the trial's worker is no more."""
        self._study.tell(self._index_of[trial.trial_id], _outcome(lines.error_of(trial)))


class GuardedCallback(Stateless, Callback):  # type: ignore[misc]  # Ray ships no types
    """A Ray Tune callback whose faults are logged and reach nobody else.

    Args:
        name: Its key below ``callbacks``.
        callback: What is guarded.
    """

    def __init__(self, name: str, callback: Callback) -> None:
        self._name = name
        self._callback = callback

    def __getattribute__(self, attribute: str) -> Any:
        """Return the guarded callback's own hook, wrapped."""
        if attribute.startswith("_") or attribute not in _HOOKS:
            return super().__getattribute__(attribute)
        return self._guarded(attribute, getattr(self._callback, attribute))

    def _guarded(self, event: str, hook: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return hook(*arguments, **named)
            except Exception:
                log.exception("callbacks.%s raised in %s; the study goes on without it", self._name, event)

        return call


_HOOKS = frozenset(name for name in dir(Callback) if not name.startswith("_"))


def _outcome(error: BaseException | None) -> Outcome:
    reason = "the worker process died" if error is None else " ".join(str(error).split())
    is_out_of_memory = isinstance(error, ray.exceptions.OutOfMemoryError)
    return Outcome(Status.OUT_OF_MEMORY if is_out_of_memory else Status.CRASHED, reason=reason)
