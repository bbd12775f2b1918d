"""What could be typed next, exactly right for how a study stands."""

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hpo.outputs import OUTPUTS, has_batch_script, resuming, submitting
from hpo.printable import counted
from hpo.status.state import State, is_exhausted, n_left
from hpo.study import Results, StudyPaths
from hpo.study.holder import Holder


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        purpose: What it does.
        command: What to type.
    """

    purpose: str
    command: str


@dataclass(frozen=True)
class NextSteps:
    """The commands, and where to type them.

    Attributes:
        steps: The commands, the likeliest first.
        note: Why there is none, or None.
        directory: Where to type them, absolute; None for the directory that will hold ``outputs/``.
    """

    steps: tuple[Step, ...]
    note: str | None
    directory: Path | None

    @property
    def is_here(self) -> bool:
        """Whether they can be typed in the working directory as it is."""
        return self.directory is not None and self.directory.exists() and self.directory.samefile(Path.cwd())


def next_steps(paths: StudyPaths, results: Results, state: State, holder: Holder | None) -> NextSteps:
    """Return what could be typed next.

    Args:
        paths: Where the study lies; its folder's name is what the program finds it by.
        results: What is known of it.
        state: How it stands.
        holder: Who runs it, or None.
    """
    root = paths.root
    directory = root.parent.parent if root.parent.name == OUTPUTS else None
    if state is State.RUNNING:
        seen = "" if holder is None else holder.seen
        return NextSteps((), f"It runs ({seen}): nothing to resume.", directory)
    steps = tuple(_steps(paths, results, state, holder))
    if directory is None:
        steps = (_linked(root), *steps)
    return NextSteps(steps, None, directory)


def _steps(paths: StudyPaths, results: Results, state: State, holder: Holder | None) -> Iterator[Step]:
    name = paths.root.name
    left = n_left(results)
    if left or state is State.SILENT:
        purpose = f"run the {counted(left, 'trial')} left" if left else "finish it"
        if state is State.SILENT:
            purpose += f", if {holder} is gone (it waits for a sign of life)"
        if state is State.UNKNOWN:
            purpose += ", if nothing runs it any more"
        if has_batch_script(paths.root):
            yield Step(f"{purpose}, as a job", submitting(name))
            purpose += ", here"
        yield Step(purpose, resuming(name))
    else:
        yield from _steps_of_finished(paths, results)
    n_failed = sum(trial.status.may_be_retried for trial in results.trials)
    if n_failed:
        purpose = f"run the {counted(n_failed, 'trial')} without data again" + (", and those left" if left else "")
        yield Step(purpose, resuming(name, "restart.retry_failed=true"))


def _steps_of_finished(paths: StudyPaths, results: Results) -> Iterator[Step]:
    name = paths.root.name
    sessions = results.ledger.sessions
    if sessions and sessions[-1].closed is None and sessions[-1].host:
        yield Step("write trials.csv and best.yaml, which the last session did not", resuming(name))
    if not is_exhausted(results):
        total = 2 * results.plan.num_trials
        yield Step(f"go on to {total} trials in total", _hpo("restart=extend", f"study={name}", f"num_trials={total}"))
    if results.best is not None:
        yield Step("run the best trial again", run_again(f"{OUTPUTS}/{name}"))


def run_again(path: str) -> str:
    """Return the command that runs the best trial again of the study at ``path``."""
    return shlex.join(["python", "-m", "hpo.run", path])


def _linked(root: Path) -> Step:
    link = f"{OUTPUTS}/{root.name}"
    command = f"mkdir -p {OUTPUTS} && {shlex.join(['ln', '-s', os.fspath(root), link])}"
    return Step(f"let the program find the study: it looks in {OUTPUTS}/ of the working directory", command)


def _hpo(*arguments: str) -> str:
    return shlex.join(["python", "-m", "hpo", *arguments])
