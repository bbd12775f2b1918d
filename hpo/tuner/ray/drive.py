"""One run of Ray Tune over a study."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from ray import tune
from ray.exceptions import RaySystemError

from hpo.errors import RuntimeLostError, StorageError
from hpo.outputs import going_on
from hpo.process import end_with_parent
from hpo.quiet import quiet_loggers
from hpo.resources import Resources
from hpo.scheduler import EarlyStopping, Scheduler
from hpo.study import Study, Trial
from hpo.study.paths import early_stop_file
from hpo.study.reports import read_reports
from hpo.task import Report, Task
from hpo.tuner.base import assignment
from hpo.tuner.ray import lines
from hpo.tuner.ray.events import GraceOverError, GuardedCallback, StudyEvents
from hpo.tuner.ray.judge import Judge
from hpo.tuner.ray.scheduler import StudyScheduler
from hpo.tuner.ray.searcher import OUTCOME, REPORT, StudySearcher
from hpo.tuner.ray.watch import Watch
from hpo.tuner.ray.whereabouts import Whereabouts
from hpo.worker import Assignment, supervise

log = logging.getLogger(__name__)

METRICS = "metrics"  # the key under which Ray's own loggers find the metrics


def drive(
    study: Study,
    task: Task,
    resources: Resources,
    ray_callbacks: Mapping[str, object],
    scheduler: Scheduler,
    *,
    watch: Watch,
    cpus_of_a_trial: float,
    start_timeout_s: float,
) -> None:
    """Run the study's trials on the Ray that is connected, until it asks for no more or its time of grace is over.

    Args:
        study: What is run.
        task: What a trial runs.
        resources: What a trial is given.
        ray_callbacks: Callbacks of Ray Tune, by name.
        scheduler: When a trial is stopped early.
        watch: What ends the program where a part of this Ray is gone.
        cpus_of_a_trial: What a trial takes of the processors that this Ray counts.
        start_timeout_s: Longest time that trials wait while none runs, in s.

    Raises:
        StudyStoppedError: If no worker begins a trial within ``start_timeout_s``, the journal cannot be written, or
            Ray fails on the node of this program.
    """
    quiet_loggers("ray.tune", level=logging.CRITICAL)  # how a trial ended is the study's to say
    searcher = StudySearcher(study, partial(_assigned, study, resources, scheduler))
    judge = _judge(study, scheduler)
    whereabouts = None if resources.address is None else Whereabouts(resources)
    callbacks = [
        StudyEvents(study, searcher, start_timeout_s, watch.wait_until_whole, whereabouts),
        *(GuardedCallback(name, callback) for name, callback in ray_callbacks.items()),
    ]
    trainable = tune.with_resources(
        tune.with_parameters(run_trial, task=task), {"cpu": cpus_of_a_trial, "gpu": resources.gpus_per_trial}
    )
    tuner = tune.Tuner(
        trainable,
        tune_config=_tune_config(searcher, StudyScheduler(study, searcher, judge)),
        run_config=lines.run_config("ray", study.session, callbacks),
    )
    with (
        _faults_of_the_study(study, searcher, watch),
        lines.callbacks_uncounted(),
        lines.plain_workers(),
        lines.every_loss_taken(),
    ):
        tuner.fit()
        if judge is not None:
            judge.complain_if_idle()


@contextmanager
def _faults_of_the_study(study: Study, searcher: StudySearcher, watch: Watch) -> Iterator[None]:
    """Raise the study's own fault in place of the error that Ray makes of it, and none where the study stops."""
    try:
        yield
    except GraceOverError:
        return
    except Exception as error:
        if searcher.fault is not None:
            raise searcher.fault from None
        log.debug("Ray's run ended with an error", exc_info=True)
        watch.wait_until_whole()
        if isinstance(error.__cause__, RaySystemError):  # Tune expects those of workers and tasks only
            raise RuntimeLostError(
                f"Ray failed on this program's own node ({error.__cause__}; raylet.err in its logs may say why). What "
                f"ended is kept. To go on: {going_on(study.paths.root)}"
            ) from error
        if isinstance(error, OSError) and Path(str(error.filename)).is_relative_to(study.session):
            raise StorageError.at(error.filename, error) from error  # Ray was the first to meet a full disk
        if study.is_stopping:  # Ray does not expect a run without a single trial
            return
        raise


def _tune_config(searcher: StudySearcher, scheduler: StudyScheduler) -> tune.TuneConfig:
    return tune.TuneConfig(
        search_alg=searcher,
        scheduler=scheduler,
        num_samples=-1,  # the study counts
        reuse_actors=True,
        trial_name_creator=lambda trial: searcher.name(trial.trial_id),
        trial_dirname_creator=lambda trial: searcher.name(trial.trial_id),
    )


def _assigned(study: Study, resources: Resources, scheduler: Scheduler, trial: Trial) -> Assignment:
    given = assignment(study, trial, resources)
    if not isinstance(scheduler, EarlyStopping):
        return given
    path = early_stop_file(study.session, trial.index, trial.attempt)
    return replace(given, early_stop_file=str(path), stop_within_s=scheduler.stop_within_s)


def _judge(study: Study, scheduler: Scheduler) -> Judge | None:
    """Return what judges the trials, with all that was reported in earlier sessions before it; None for no such."""
    if not isinstance(scheduler, EarlyStopping):
        return None
    judge = Judge(scheduler, study.objective)
    for index, report in read_reports(study.paths.journal):
        judge.hear(index, report)
    return judge


def run_trial(config: Mapping[str, object], task: Task) -> None:
    """Run one trial in a worker process and report what came of it."""
    end_with_parent()

    def send(report: Report) -> None:
        lines.report({REPORT: json.dumps(asdict(report)), METRICS: dict(report.metrics)})

    outcome = supervise(task, Assignment(**config), send)  # type: ignore[arg-type]
    if outcome is None:
        lines.report({OUTCOME: "null", METRICS: {}})
    else:
        lines.report({OUTCOME: json.dumps(outcome.to_json()), METRICS: dict(outcome.metrics)})
