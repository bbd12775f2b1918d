"""Ray Tune's callbacks: the study's own, and a guard around those of others."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ray.tune import Callback
from ray.tune.experiment import Trial as RayTrial

from hpo.errors import StudyStoppedError
from hpo.outputs import going_on
from hpo.study import Outcome, Status, Study
from hpo.study.paths import STOP_FILE
from hpo.tuner.ray import lines
from hpo.tuner.ray.searcher import StudySearcher
from hpo.tuner.ray.stateless import Stateless
from hpo.tuner.ray.whereabouts import Whereabouts

log = logging.getLogger(__name__)


class GraceOverError(Exception):
    """The study stops, and its trials have had their time to write a checkpoint."""


class StudyEvents(Stateless, Callback):  # type: ignore[misc]  # Ray ships no types
    """Tells the study which trials start, and which ended with their worker process.

    Args:
        study: Who is told.
        searcher: Who knows the trials' indices.
        start_timeout_s: Longest time that trials wait while none runs, in s. A worker that cannot start is no event
            for Ray, nor is a trial that fits on no node that is left: it tries again without end.
        wait_for_ray: Returns when Ray is whole; where it does not become so again, the program ends meanwhile.
        whereabouts: Who knows the trials' nodes; None where there is one machine only.
    """

    def __init__(
        self,
        study: Study,
        searcher: StudySearcher,
        start_timeout_s: float,
        wait_for_ray: Callable[[], None],
        whereabouts: Whereabouts | None = None,
    ) -> None:
        self._wait_for_ray = wait_for_ray
        self._whereabouts = whereabouts
        self._study = study
        self._searcher = searcher
        self._dead: list[RayTrial] = []
        self._has_started = False
        self._running: list[RayTrial] = []  # and, among them, some that have ended
        self._waits_since: float | None = None
        self._stop_file = study.session / STOP_FILE
        self._start_timeout_s = start_timeout_s

    def on_trial_start(self, iteration: int, trials: Sequence[RayTrial], trial: RayTrial, **_: Any) -> None:
        """Tell the study that a worker begins the trial."""
        self._has_started = True
        self._waits_since = None
        self._running.append(trial)
        node = None if self._whereabouts is None else self._whereabouts.note(trial)
        with self._searcher.noted():
            self._study.start(self._searcher.index_of[trial.trial_id], **({} if node is None else {"node": node}))

    def on_trial_error(self, iteration: int, trials: Sequence[RayTrial], trial: RayTrial, **_: Any) -> None:
        """Note that the trial's worker is no more; Ray writes down why only after this."""
        self._dead.append(trial)

    def on_step_end(self, iteration: int, trials: Sequence[RayTrial], **_: Any) -> None:
        """Tell the study which trials ended with their worker, and why; end the run when it must not go on.

        Raises:
            GraceOverError: If the study stops and its trials have had their time.
            StudyStoppedError: If trials wait, and for too long no worker began one.
        """
        if self._dead:
            self._wait_for_ray()  # the end of a worker that ended with Ray says nothing of its trial
        while self._dead:
            trial = self._dead.pop()
            self._searcher.tell(trial.trial_id, self._end_of(trial))
        if self._searcher.fault is not None:
            raise self._searcher.fault
        if self._study.is_stopping and not self._stop_file.exists():
            self._ask_trials_to_stop()
        if self._study.is_overdue:
            raise GraceOverError
        if self._waited_s() > self._start_timeout_s:
            if self._is_crowded_out:
                self._waits_since = None
            else:
                raise StudyStoppedError(self._why_none_begins())

    def _waited_s(self) -> float:
        """Return for how long Ray has had trials and run none, in s."""
        while self._running and self._running[-1].status != RayTrial.RUNNING:  # one that runs is enough to know
            self._running.pop()
        if self._running or not self._study.n_running:
            self._waits_since = None
            return 0.0
        self._waits_since = self._waits_since or time.monotonic()
        return time.monotonic() - self._waits_since

    @property
    def _is_crowded_out(self) -> bool:
        """Whether trials ran before, and others have taken the room since: they wait for it."""
        return self._has_started and self._whereabouts is not None and self._whereabouts.has_room()

    def _why_none_begins(self) -> str:
        within = f"within tuner.start_timeout_s={self._start_timeout_s:g} s"
        if self._has_started and self._whereabouts is not None:
            return (
                f"No trial runs, and none that waits began {within}: Ray has no room for one, as after the loss of the "
                f"only node that has what a trial asks for. What ended is kept. To go on: "
                f"{going_on(self._study.paths.root)}"
            )
        return (
            f"No worker began a trial {within} (Ray tries again without end). Read raylet.err and worker-*.err in "
            f"{lines.logs_folder()}, or set a longer time. To go on: {going_on(self._study.paths.root)}"
        )

    def _end_of(self, trial: RayTrial) -> Outcome:
        """Return the outcome of a trial that ended with its worker."""
        node = None if self._whereabouts is None else self._whereabouts.lost(trial)
        if node is None:
            return _outcome(trial)
        return Outcome(Status.CRASHED, reason=f"node {node} was lost", is_transient=True)

    def _ask_trials_to_stop(self) -> None:
        try:
            self._stop_file.touch()
        except OSError:  # a full disk, say: then they have to do without
            log.exception("The trials cannot be asked to write a checkpoint")


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
        return self._guarded(attribute)

    def _guarded(self, event: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return getattr(self._callback, event)(*arguments, **named)
            except Exception:
                log.exception("callbacks.%s raised in %s; the study goes on without it", self._name, event)

        return call


_HOOKS = frozenset(name for name in dir(Callback) if not name.startswith("_"))


def _outcome(trial: RayTrial) -> Outcome:
    text = Path(trial.error_file).read_text(encoding="utf-8") if trial.error_file else ""
    if "low on memory" in text:  # Ray ends the workers that began last, which need not be those that have the memory
        reason = "Ray ended the worker process: the machine ran low on memory"
        return Outcome(Status.OUT_OF_MEMORY, reason=reason, is_transient=True)
    detail = _DETAIL.search(text)
    if _RAISED.search(text[: detail.start() if detail else None]):  # an error of this program's own in the worker
        return Outcome(Status.FAILED, reason=text.strip().splitlines()[-1])
    reason = "the worker process died" + (f": {detail[1].strip()}" if detail else "")
    return Outcome(Status.CRASHED, reason=reason, is_transient=True)  # what the trial itself does ends another process


# What Python raised in a worker has the call that Ray made, or a traceback. Words for the loss of a worker are many.
_RAISED = re.compile(r"ray::\S+\(\)|Traceback \(most recent call last\)")
# What Ray knows of the end of a process, perhaps with a traceback of its own; after it come guesses at the cause.
_DETAIL = re.compile(r"(?:Worker exit detail|is unavailable): (.*?)(?:There are some potential|$)", re.MULTILINE)
