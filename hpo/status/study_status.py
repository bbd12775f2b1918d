"""All that is said of one study."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from hpo.errors import DamagedStudyError, HpoError, InputError
from hpo.printable import shown
from hpo.status.folder import absence
from hpo.status.next_steps import NextSteps, Step, next_steps, run_again
from hpo.status.state import Session, State, n_left, sessions_of, state_of, wording_of
from hpo.study import Results, StoredStudy, StudyPaths, Trial
from hpo.study.holder import Holder, read_holder
from hpo.study.summary import summarise

_BY_HAND = "tasks.by_hand.ByHand"


@dataclass(frozen=True)
class RunningTrial:
    """A trial without an outcome.

    Attributes:
        trial: The trial.
        seconds: For how long its attempt has run, by this host's clock, in s; None if no worker has it.
    """

    trial: Trial
    seconds: float | None


@dataclass(frozen=True)
class StudyStatus:
    """A study at one moment.

    Attributes:
        stored: What was asked.
        results: What its journal tells.
        holder: The process that runs it, or None.
        now: The moment, seconds since 1970.
    """

    stored: StoredStudy
    results: Results
    holder: Holder | None
    now: float

    @classmethod
    def read(cls, path: Path, now: float) -> Self:
        """Return how the study in the directory ``path`` stands; it may be running.

        Args:
            path: The study's directory.
            now: Seconds since 1970.

        Raises:
            InputError: If there is no study.
            DamagedStudyError: If a file of it cannot be understood.
            HpoError: If a file of it cannot be read.
        """
        paths = StudyPaths(Path(os.path.abspath(path)))  # noqa: PTH100 - a link called outputs/NAME keeps that name
        try:
            if not paths.config.is_file():
                raise InputError(absence(path))
            holder = read_holder(paths.lock, now)
            stored = StoredStudy.read(paths)
            results = stored.results()
            # Somebody may have ended or begun in between; who has begun is not to look killed.
            status = cls(stored, results, holder or read_holder(paths.lock, now), now)
            status._use()
        except OSError as error:
            raise HpoError(
                f"{path} cannot be read: {error.strerror or error} ({error.filename}; a study's files are read, "
                f"never written). Look at its permissions: ls -la {path}"
            ) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DamagedStudyError(
                f"{path} cannot be understood: {type(error).__name__}: {error} (study.yaml and journal.jsonl are what "
                f"this program wrote). Restore them from a backup."
            ) from error
        return status

    def _use(self) -> None:
        """Use what was read once, so that a value of another kind in an edited ``study.yaml`` shows here."""
        results = self.results
        for trial in results.trials:
            if trial.is_completed:
                results.value(trial)
        _ = (
            results.n_unasked,
            summarise(results),
            self.task_name,
            self.optimizer,
            self.scheduler,
            self.state,
            self.sessions,
        )

    @property
    def paths(self) -> StudyPaths:
        """Where it lies."""
        return self.stored.paths

    @property
    def name(self) -> str:
        """The name of its directory, by which the program finds it."""
        return self.paths.root.name

    @cached_property
    def state(self) -> State:
        """How it stands."""
        return state_of(self.results, self.holder)

    @property
    def wording(self) -> str:
        """How it stands, in words."""
        return wording_of(self.state, self.results, self.holder)

    @property
    def sessions(self) -> Sequence[Session]:
        """The runs of the program, oldest first."""
        return sessions_of(self.results, self.holder, self.now)

    @property
    def n_done(self) -> int:
        """How many of the trials that were asked for have ended."""
        return sum(trial.outcome is not None and trial.source is None for trial in self.results.trials)

    @property
    def n_imported(self) -> int:
        """How many trials were taken over from elsewhere."""
        return sum(trial.source is not None for trial in self.results.trials)

    @property
    def running(self) -> Sequence[RunningTrial]:
        """The trials without an outcome, in order."""
        ledger = self.results.ledger
        began_at = ledger.began_at if self.state is State.RUNNING else {}
        return [
            RunningTrial(ledger.trials[index], max(0.0, self.now - began_at[index]) if index in began_at else None)
            for index in ledger.unfinished
        ]

    @property
    def slots(self) -> int:
        """Trials in flight at most, in the last session."""
        sessions = self.results.ledger.sessions
        return sessions[-1].slots if sessions else self.results.plan.slots

    @property
    def command_of_best(self) -> str | None:
        """The command that runs the best trial again, as one types it here; None without one, or a task that runs."""
        has_none = self.results.best is None or self.task_target == _BY_HAND
        return None if has_none else run_again(shown(self.paths.root))

    @property
    def next(self) -> NextSteps:
        """What could be typed next."""
        found = next_steps(self.paths, self.results, self.state, self.holder)
        is_by_hand = bool(found.steps) and self.task_target == _BY_HAND
        return replace(found, steps=(self._step_by_hand,)) if is_by_hand else found

    @property
    def _step_by_hand(self) -> Step:
        """What goes on with a study whose trials the program cannot run."""
        total = "" if n_left(self.results) else f", num_trials={2 * self.results.plan.num_trials}"
        code = f"import hpo; study = hpo.resume_study({self.name!r}{total})"
        return Step("go on by hand, in Python", shlex.join(["python", "-i", "-c", code]))

    @property
    def task_target(self) -> str:
        """The class of the task, or ``unknown``."""
        return str(self._config("task").get("_target_", "unknown"))

    @property
    def task_name(self) -> str:
        """What the task is called: its name, its function, or its class."""
        task = self._config("task")
        return str(task.get("name") or task.get("function") or self.task_target.rpartition(".")[2])

    @property
    def optimizer(self) -> str:
        """The class of the optimizer, or ``unknown``."""
        return str(self._config("optimizer").get("_target_", "unknown"))

    @property
    def scheduler(self) -> str | None:
        """What stops trials early, with its settings; None if nothing does."""
        config = dict(self._config("scheduler"))
        name = str(config.pop("_target_", "hpo.scheduler.RunToEnd"))
        settings = [f"{key} {value}" for key, value in config.items() if value is not None]
        return None if name == "hpo.scheduler.RunToEnd" else ", ".join([name, *settings])

    def _config(self, group: str) -> Mapping[str, Any]:
        found = self.stored.config.get(group)
        return found if isinstance(found, Mapping) else {}
