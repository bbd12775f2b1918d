"""The report of a study: which sections it has, and what they say."""

import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from hpo.atomic import write_atomically
from hpo.printable import shown
from hpo.report import best, parameters, progress, slots
from hpo.report.page import Section, Table, page
from hpo.status.study_status import StudyStatus
from hpo.status.wording import duration
from hpo.study.failure_groups import failure_groups
from hpo.study.improvement import Improvement
from hpo.study.results import Results
from hpo.study.stored import StoredStudy

N_LOG_LINES = 20


def write_report(root: Path, path: Path, *, now: float, with_model: bool) -> None:
    """Write the report of the study in ``root`` to ``path``, atomically.

    Args:
        root: The study's directory.
        path: The file.
        now: Seconds since 1970.
        with_model: Whether to fit a model and show what it says, which takes seconds to minutes.

    Raises:
        OSError: If the file cannot be written.
        DamagedStudyError: If a file of the study cannot be understood.
    """
    status = StudyStatus.read(root, now)
    stored, results = status.stored, status.results
    sections = list(_sections(status, stored, results, with_model=with_model))
    objective = f"{results.objective.direction} {results.objective.metric}"
    written = datetime.fromtimestamp(now).astimezone().isoformat(timespec="seconds")
    subtitle = f"{status.wording}; {status.task_name}, {objective}; written {written}"
    write_atomically(path, page(status.name, subtitle, sections))


def _sections(status: StudyStatus, stored: StoredStudy, results: Results, *, with_model: bool) -> Iterator[Section]:
    model, opinion = None, None
    if with_model:
        from hpo.report.model import modelled  # noqa: PLC0415 - Ax takes seconds to import

        model, opinion = modelled(stored, results)
    improvement = Improvement.of(results)
    yield best.section(results, improvement, opinion)
    if any(trial.is_completed for trial in results.trials):
        curves = progress.learning_curves(stored, results)
        yield Section("Progress", figures={"Best so far": progress.best_so_far(results, improvement)})
        if curves is not None:
            words = [f"What trials reported while they ran; at most {progress.MAX_CURVES}, the best one bold."]
            yield Section("Learning curves", words=words, figures={"Objective over the step": curves})
        yield Section(
            "Parameters",
            words=["Later trials are red, and in the second figure, where a line is a trial, better ones."],
            figures={
                "Objective against each parameter": parameters.against_each(results),
                "All parameters together": parameters.parallel_coordinates(results),
            },
        )
    if model is not None:
        yield model
    yield from _failures(results)
    yield from _slots(results)
    yield _provenance(status, stored)


def _slots(results: Results) -> Iterator[Section]:
    figure = slots.timeline(results)
    if figure is None or results.utilisation is None:
        return
    words = (
        f"{results.utilisation:.0%} of the slots' time went to trials, in {duration(results.wall_s)}. Below, which "
        "slot ran which trial, and what the rest of the time went to."
    )
    figures = {"Which slot ran which trial": figure, "Idle time by cause": slots.idle_time(results)}
    yield Section("Slots", words=[words], tables=[slots.causes(results)], figures=figures)


def _failures(results: Results) -> Iterator[Section]:
    groups = failure_groups(results, N_LOG_LINES)
    if groups:
        rows = [(str(group.count), str(group.example.index), group.reason) for group in groups]
        logs = {
            f"Trial {group.example.index}, the end of its log:": "\n".join(group.log_tail)
            for group in groups
            if group.log_tail
        }
        yield Section("Failures", tables=[Table(("trials", "for example", "reason"), rows)], logs=logs)


def _provenance(status: StudyStatus, stored: StoredStudy) -> Section:
    record = stored.record
    versions = record.get("versions") or {}
    rows = [
        ("directory", str(stored.paths.root)),
        ("made", str(record.get("created", "unknown"))),
        ("command", shlex.join(["python", "-m", "hpo", f"study={status.name}", *stored.plan.arguments])),
        *([] if status.command_of_best is None else [("the best again", status.command_of_best)]),
        ("this page, with what a model says", shlex.join(["python", "-m", "hpo.report", shown(stored.paths.root)])),
        ("optimizer", status.optimizer),
        ("seed", str(stored.plan.seed)),
        *((str(name), str(version)) for name, version in dict(versions).items()),
    ]
    return Section("How it was made", tables=[Table((), rows)])
