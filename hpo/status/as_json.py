"""A study's status for programs."""

from hpo.status.reasons import failure_groups
from hpo.status.study_status import StudyStatus
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
        "slots": status.slots,
        "sessions": [
            {
                "began": session.record.began,
                "mode": session.record.mode,
                "name": session.record.name or None,
                "host": session.record.host or None,
                "pid": session.record.pid or None,
                "slots": session.record.slots,
                "end": session.end,
            }
            for session in status.sessions
        ],
        "n_done": status.n_done,
        "n_imported": status.n_imported,
        "last_event": results.ledger.last_time or None,
        "running": [
            {
                "index": found.trial.index,
                "attempt": found.trial.attempt,
                "seconds": None if found.seconds is None else round(found.seconds, 3),
                "checkpoint": found.trial.checkpoint,
            }
            for found in status.running
        ],
        "best_command": status.command_of_best,
        "failures": [
            {
                "reason": group.reason,
                "status": str(group.example.status),
                "count": group.count,
                "example_index": group.example.index,
                "log_tail": list(group.log_tail),
            }
            for group in failure_groups(results, n_log_lines)
        ],
        "next": {
            "directory": None if steps.directory is None else str(steps.directory),
            "note": steps.note,
            "commands": [{"purpose": step.purpose, "command": step.command} for step in steps.steps],
        },
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
