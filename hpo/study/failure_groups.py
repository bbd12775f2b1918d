"""Why trials ended without data, the commonest reason first."""

from dataclasses import dataclass

from hpo.failures import commonest
from hpo.study.results import Results
from hpo.study.trial import Trial


@dataclass(frozen=True)
class FailureGroup:
    """Trials that ended without data for the same reason, numbers within it aside.

    Attributes:
        reason: The reason, as the example has it.
        count: How many there are.
        example: The last trial with exactly that reason.
        log_tail: The last lines of its log.
    """

    reason: str
    count: int
    example: Trial
    log_tail: tuple[str, ...]


def failure_groups(results: Results, n_lines: int) -> list[FailureGroup]:
    """Return the trials that ``restart.retry_failed`` would run again, by reason.

    Args:
        results: What is known of the study.
        n_lines: How many lines of a log to show at most.
    """
    by_reason: dict[str, list[Trial]] = {}
    for trial in results.trials:
        if trial.outcome is not None and trial.status.may_be_retried:
            by_reason.setdefault(trial.outcome.reason or str(trial.status), []).append(trial)
    groups = []
    reasons = (reason for reason, trials in by_reason.items() for _ in trials)
    for reason, count in commonest(reasons, len(by_reason)):
        example = by_reason[reason][-1]
        tail = example.outcome.log_tail if example.outcome is not None else ()
        groups.append(FailureGroup(reason, count, example, tail[-n_lines:] if n_lines else ()))
    return groups
