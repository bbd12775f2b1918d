"""A study's status for people, readable at 80 columns; commands and paths stand on lines of their own."""

import statistics
import textwrap
from collections.abc import Iterable, Iterator

from hpo.printable import printable, shown
from hpo.space.choice import Choice, Fixed
from hpo.space.parameter import Parameter
from hpo.status.state import State
from hpo.status.study_status import RunningTrial, StudyStatus
from hpo.status.wording import duration, moment, number
from hpo.study import Status
from hpo.study.failure_groups import FailureGroup, failure_groups
from hpo.study.improvement import Improvement
from hpo.study.paths import LOG_FILE

_LABEL = 12  # columns for what a line is about
_N_SESSIONS = 5  # shown; a study on a cluster with short jobs has hundreds
_N_VALUES = 8  # of a choice
_BUSY = 0.9  # a utilisation that needs no explanation
_N_CAUSES = 3  # of the idle time
_SMALL = 0.05  # a share of the idle time that is not told


def status_text(status: StudyStatus, n_log_lines: int, width: int) -> str:
    """Return the status as lines of at most ``width`` columns, but for commands and paths.

    Args:
        status: The study.
        n_log_lines: How many lines of a failed trial's log to show at most.
        width: Columns, some 40 or more.
    """
    sections = {
        "made": [_made(status)],
        "task": [f"{status.task_name} ({status.task_target})"],
        "objective": _objective(status),
        "space": _space(status),
        "optimizer": [f"{status.optimizer}, seed {status.results.plan.seed}, {status.slots} in flight at most"],
        "scheduler": [] if status.scheduler is None else [status.scheduler],
        "sessions": _sessions(status),
        "progress": [_progress(status)],
        "running" if status.state is State.RUNNING else "unfinished": [_running(found) for found in status.running],
        "best": _best(status),
        "cost": [_cost(status), *_idle(status)],
    }
    lines = textwrap.wrap(f"{status.name}: {status.wording}", width)
    lines.append(_start("directory") + shown(status.paths.root))
    for label, content in sections.items():
        lines += _section(label, content, width)
    if status.command_of_best is not None:
        lines.append(_start("best again") + status.command_of_best)
    groups = failure_groups(status.results, n_log_lines)
    if groups:
        lines += ["", "failures", *(line for group in groups for line in _failure(status, group, width))]
    return "\n".join([*lines, "", *_next(status, width), ""])


def _section(label: str, content: Iterable[str], width: int) -> Iterator[str]:
    for i, text in enumerate(content):
        yield from textwrap.wrap(
            text,
            width,
            initial_indent=_start(label if i == 0 else ""),
            subsequent_indent=_start("") + "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _start(label: str) -> str:
    return f"  {label:<{_LABEL}}"


def _made(status: StudyStatus) -> str:
    record = status.stored.record
    versions = record.get("versions")
    version = versions.get("hpo") if isinstance(versions, dict) else None
    return f"{record.get('created', 'unknown')}" + (f" with version {version}" if version else "")


def _objective(status: StudyStatus) -> list[str]:
    objective = status.results.objective
    return [f"{objective.direction} {objective.metric}", *(constraint.text for constraint in objective.constraints)]


def _space(status: StudyStatus) -> list[str]:
    space = status.results.space
    return [*map(_parameter, space.parameters), *(constraint.text for constraint in space.constraints)]


def _parameter(parameter: Parameter) -> str:
    if isinstance(parameter, Fixed):
        return f"{parameter.name} = {parameter.value}"
    if isinstance(parameter, Choice):
        more = f", ... ({len(parameter.values)} values)" if len(parameter.values) > _N_VALUES else ""
        return f"{parameter.name}: one of {', '.join(map(str, parameter.values[:_N_VALUES]))}{more}"
    log = " on a log scale" if parameter.log else ""
    step = "" if parameter.step is None else f" in steps of {number(parameter.step)}"
    bounds = f"{number(parameter.lower)} to {number(parameter.upper)}"
    return f"{parameter.name}: {parameter.value_type} from {bounds}{log}{step}"


def _sessions(status: StudyStatus) -> list[str]:
    sessions = status.sessions
    shown_ones = sessions[-_N_SESSIONS:]
    earlier = [f"{len(sessions)}, the last {_N_SESSIONS}:"] if len(sessions) > _N_SESSIONS else []
    return [
        *earlier,
        *(f"{moment(session.record.began)} {session.record.mode}: {session.end}" for session in shown_ones),
    ] or ["none"]


def _progress(status: StudyStatus) -> str:
    counts = {
        "unfinished" if name == Status.RUNNING and status.state is not State.RUNNING else name: n
        for name, n in status.results.counts.items()
    }
    by_status = ", ".join(f"{n} {name}" for name, n in counts.items())
    imported = f" (and {status.n_imported} taken over from elsewhere)" if status.n_imported else ""
    last = status.results.ledger.last_time
    ago = f"; last event {duration(max(0.0, status.now - last))} ago" if last else ""
    done = f"{status.n_done} of {status.results.plan.num_trials} trials done{imported}"
    return done + (f": {by_status}" if by_status else "") + ago


def _running(found: RunningTrial) -> str:
    trial = found.trial
    since = "" if found.seconds is None else f", {duration(found.seconds)} so far"
    checkpoint = "no checkpoint" if trial.checkpoint is None else f"checkpoint {trial.checkpoint}"
    return f"trial {trial.index}, attempt {trial.attempt}{since}, {checkpoint}"


def _best(status: StudyStatus) -> list[str]:
    results = status.results
    best = results.best
    if best is None:
        has_data = any(trial.is_completed for trial in results.trials)
        return ["none: no completed trial satisfies the constraints" if has_data else "none yet"]
    improvement = Improvement.of(results)
    source = "" if best.source is None else f" (from {best.source})"
    return [
        f"{results.objective.metric} = {number(results.value(best))} in trial {best.index}{source}",
        ", ".join(f"{name}={number(value)}" for name, value in best.parameters.items()),
        *([] if improvement is None else [improvement.wording]),
    ]


def _cost(status: StudyStatus) -> str:
    results = status.results
    utilisation = "-" if results.utilisation is None else f"{results.utilisation:.0%}"
    generation_s = results.ledger.generation_s
    generation = duration(statistics.median(generation_s)) if generation_s else "-"
    return f"wall {duration(results.wall_s)}, utilisation {utilisation}, median suggestion {generation}"


def _idle(status: StudyStatus) -> Iterator[str]:
    """Yield what the idle time went to, where there is much of it."""
    utilisation = status.results.utilisation
    if utilisation is None or utilisation >= _BUSY:
        return
    idle_s = status.results.timeline().idle_s
    total_s = sum(idle_s.values())
    shares = sorted(((seconds / total_s, cause) for cause, seconds in idle_s.items()), reverse=True)
    causes = ", ".join(f"{cause} {share:.0%}" for share, cause in shares[:_N_CAUSES] if share >= _SMALL)
    yield f"idle {duration(total_s)}: {causes} (docs/speed.md)"


def _failure(status: StudyStatus, group: FailureGroup, width: int) -> Iterator[str]:
    example = group.example
    text = f"{group.count} x {printable(group.reason)}, for example trial {example.index} ({example.status})"
    yield from textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    yield f"    log: {shown(status.paths.trial(example.index) / LOG_FILE)}"
    for line in group.log_tail:
        # The indent of a line of Python's tracebacks says what it is.
        parts = textwrap.wrap(
            printable(line), width, initial_indent="    | ", subsequent_indent="    |   ", drop_whitespace=False
        )
        yield from (part.rstrip() for part in parts)


def _next(status: StudyStatus, width: int) -> Iterator[str]:
    steps = status.next
    where = "" if steps.is_here or steps.directory is None or not steps.steps else f", typed in {steps.directory}"
    yield f"next{where}"
    if steps.note is not None:
        yield from textwrap.wrap(steps.note, width, initial_indent="  ", subsequent_indent="  ")
    for step in steps.steps:
        yield from textwrap.wrap(f"{step.purpose}:", width, initial_indent="  ", subsequent_indent="  ")
        yield f"    {step.command}"
