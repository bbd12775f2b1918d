"""What is said at the end of a session: the best value, or why there is none yet."""

import logging
import math

from hpo.errors import StudyStoppedError
from hpo.outputs import going_on
from hpo.printable import counted, printable, shown
from hpo.status.next_steps import run_again
from hpo.study import Status, Study
from hpo.study.failure_groups import failure_groups
from hpo.study.improvement import Improvement
from hpo.study.paths import LOG_FILE

log = logging.getLogger(__name__)

MOST_REASONS = 3
LOG_LINES = 20  # of an example of each reason


def concluded(study: Study) -> float:
    """Say how the study ended and return its best value, NaN if no trial satisfies the constraints.

    Raises:
        StudyInterruptedError: If it was asked to stop before its total.
        StudyStoppedError: If it stopped before its total for another reason, or no trial completed.
    """
    if not study.is_finished:
        raise _unfinished(study)
    if not any(trial.is_completed for trial in study.trials):
        raise StudyStoppedError(
            f"None of the {len(study.trials)} trials of {study.plan.name} completed.{_reasons(study)}"
        )
    best = study.best
    folder = shown(study.paths.root)
    if best is None:
        log.warning("No completed trial of %s satisfies the constraints; see %s/trials.csv.", study.plan.name, folder)
        return math.nan
    value = study.value(best)
    parameters = ", ".join(
        f"{name}={item:.6g}" if isinstance(item, float) else f"{name}={item}" for name, item in best.parameters.items()
    )
    log.info("Best of %s: %s = %.6g in trial %d", _trials(study), study.objective.metric, value, best.index)
    log.info("  %s", parameters)
    if (improvement := Improvement.of(study)) is not None:
        log.info("%s", improvement.wording)
    log.info("All trials: %s/trials.csv", folder)
    log.info("This one again: %s", run_again(folder))
    return value


def _trials(study: Study) -> str:
    n_stopped = sum(trial.status is Status.STOPPED_EARLY for trial in study.trials)
    n_without = sum(not trial.is_completed for trial in study.trials) - n_stopped
    parts = [
        *([f"{n_stopped} stopped early"] if n_stopped else []),
        *([f"{n_without} without data"] if n_without else []),
    ]
    return counted(len(study.trials), "trial") + (f" ({', '.join(parts)})" if parts else "")


def _unfinished(study: Study) -> StudyStoppedError:
    n_ended = study.n_ended
    resume = f"To go on: {going_on(study.paths.root)}"
    if study.interruption.is_requested:
        return study.interruption.error(f"with {n_ended} of {study.plan.num_trials} trials ended. {resume}")
    if study.stop_reason is not None:
        reasons = _reasons(study) if "failed" in study.stop_reason else ""
        return StudyStoppedError(
            f"Study {study.plan.name} stopped after {n_ended} of {study.plan.num_trials} trials: {study.stop_reason}."
            f"{reasons}\n{resume} (after mending the cause; restart.retry_failed=true runs the failed trials again, "
            f"and failures.max_share sets how many may fail)"
        )
    return StudyStoppedError(
        f"Study {study.plan.name} stopped after {n_ended} of {study.plan.num_trials} trials (what ended is in "
        f"{study.paths.table}). Read {study.session / 'hpo.log'} for the reason. {resume}"
    )


def _reasons(study: Study) -> str:
    """Return the commonest reasons of failure, each with the end of a log."""
    lines = []
    for group in failure_groups(study, LOG_LINES)[:MOST_REASONS]:
        index, reason = group.example.index, printable(group.reason).rstrip(".")
        log_file = shown(study.paths.trial(index) / LOG_FILE)
        ends = f"; its log, {log_file}, ends:" if group.log_tail else ""
        lines.append(f"  {group.count} x {reason}, for example trial {index}{ends}")
        lines += [f"    | {printable(line)}" for line in group.log_tail]
    return "\n" + "\n".join(lines) if lines else ""
