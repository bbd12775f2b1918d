"""A study's status for programs."""

from hpo.status.state import Session
from hpo.status.study_status import RunningTrial, StudyStatus
from hpo.study.failure_groups import FailureGroup, failure_groups
from hpo.study.journal import SCHEMA
from hpo.study.summary import summarise


def status_json(status: StudyStatus, n_log_lines: int) -> dict[str, object]:
    """Return the status as plain JSON values; what ``summary.json`` has too, it calls the same.

    Args:
        status: The study.
        n_log_lines: How many lines of a failed trial's log to give at most.
    """
    results = status.results
    steps = status.next
    return {
        **summarise(results),
        "schema": SCHEMA,
        "study_schema": status.stored.record["schema"],
        "directory": str(status.paths.root),
        "created": _text(status.stored.record.get("created")),
        "state": str(status.state),
        "state_text": status.wording,
        "task": {"name": status.task_name, "target": status.task_target},
        "space": results.space.to_json(),
        "objective": results.objective.to_json(),
        "optimizer": status.optimizer,
        "scheduler": status.scheduler,
        "slots": status.slots,
        "sessions": [_session(session) for session in status.sessions],
        "n_done": status.n_done,
        "n_imported": status.n_imported,
        "last_event": results.ledger.last_time or None,
        "running": [_running(found) for found in status.running],
        "best_command": status.command_of_best,
        "failures": [_failures(group) for group in failure_groups(results, n_log_lines)],
        "next": {
            "directory": None if steps.directory is None else str(steps.directory),
            "note": steps.note,
            "commands": [{"purpose": step.purpose, "command": step.command} for step in steps.steps],
        },
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _session(session: Session) -> dict[str, object]:
    record = session.record
    return {
        "began": record.began,
        "mode": record.mode,
        "name": record.name or None,
        "host": record.host or None,
        "pid": record.pid or None,
        "slots": record.slots,
        "end": session.end,
    }


def _running(found: RunningTrial) -> dict[str, object]:
    return {
        "index": found.trial.index,
        "attempt": found.trial.attempt,
        "seconds": None if found.seconds is None else round(found.seconds, 3),
        "checkpoint": found.trial.checkpoint,
    }


def _failures(group: FailureGroup) -> dict[str, object]:
    return {
        "reason": group.reason,
        "status": str(group.example.status),
        "count": group.count,
        "example_index": group.example.index,
        "log_tail": list(group.log_tail),
    }
