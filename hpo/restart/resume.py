"""``restart=resume``: a study goes on where it was interrupted."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import yaml

from hpo.atomic import write_atomically
from hpo.errors import Fault, StorageError, raise_faults
from hpo.restart.agreement import Agreement
from hpo.restart.base import Request, Restart, flag_faults
from hpo.restart.opening import closed_on_error, opened
from hpo.study import Outcome, Status, StoredStudy, Study, StudyPaths
from hpo.study.history import History
from hpo.study.screening import screened
from hpo.worker import read_result

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Resume(Restart):
    """Finishes what was asked: unfinished trials run again under their own index, then those never asked for.

    Attributes:
        unfinished: ``requeue`` to run unfinished trials again, from their last checkpoint where the task made one;
            ``fail`` to give them up as abandoned.
        retry_failed: Whether trials that failed are run again too.

    Raises:
        InputError: If a setting has another value.
    """

    unfinished: Literal["requeue", "fail"] = "requeue"
    retry_failed: bool = False

    def __post_init__(self) -> None:
        raise_faults(self._faults())

    def _faults(self) -> Iterator[Fault]:
        if self.unfinished not in {"requeue", "fail"}:
            yield Fault(
                f"restart.unfinished={self.unfinished} is unknown",
                "it takes requeue (run them again) or fail (give them up)",
                "Set restart.unfinished=requeue",
            )
        yield from flag_faults("restart.retry_failed", self.retry_failed, "Set restart.retry_failed=true")

    def continues(self, paths: StudyPaths) -> bool:
        """Always."""
        return True

    def open(self, request: Request, session_name: str) -> Study:
        """Return the study as it stands.

        Raises:
            InputError: If there is none, or it was made for another task, space, objective, seed or total.
            StudyInUseError: If another process runs it.
            StorageError: If it cannot be written.
            DamagedStudyError: If a file of it cannot be understood.
        """
        StoredStudy.read(request.paths)  # before anything is made in a folder that holds no study
        history = History(request.paths)
        with closed_on_error(history):
            agreement = Agreement(StoredStudy.read(request.paths), request, "resume")
            raise_faults([*agreement.common_faults(), *agreement.resume_faults()])
            self._go_on(history, request, agreement.stored)
        return opened(request, session_name, history, mode="resume")

    def _go_on(self, history: History, request: Request, stored: StoredStudy) -> None:
        """Settle what the last session left open, and keep what is asked now."""
        self._settle(history, request)
        record = {**request.record, "created": stored.record.get("created")}
        if record["config"] != stored.config or stored.record["schema"] != record["schema"]:
            try:
                write_atomically(request.paths.config, yaml.safe_dump(record, sort_keys=False))
            except OSError as error:
                raise StorageError(
                    f"{request.paths.config} cannot be written: {error.strerror or error}. Free space, and resume."
                ) from error

    def _settle(self, history: History, request: Request) -> None:
        """Record what ended unseen, and queue the trials that run again."""
        ledger = history.ledger
        for index in ledger.unfinished:
            outcome = self._known_end(history, request, index)
            if outcome is None:
                _requeue(history, index, "the session ended before it did")
            else:
                event = "completed" if outcome.status is Status.COMPLETED else "failed"
                event = "abandoned" if outcome.status is Status.ABANDONED else event
                history.write(event, index=index, **outcome.to_json())
        if self.retry_failed:
            for trial in list(ledger.trials.values()):
                if trial.outcome is not None and trial.outcome.status.may_be_retried:
                    _requeue(history, trial.index, f"restart.retry_failed=true, after: {trial.outcome.reason}")

    def _known_end(self, history: History, request: Request, index: int) -> Outcome | None:
        """Return the outcome of an unfinished trial whose worker wrote it down and nobody was there to read it."""
        trial = history.ledger.trials[index]
        outcome = read_result(request.paths.trial(index), trial.attempt)
        if outcome is not None and (outcome.status is Status.COMPLETED or not outcome.is_transient):
            log.info("Trial %04d had ended when the last session did: %s", index, outcome.status)
            return screened(outcome, request.space, request.objective)
        if self.unfinished == "fail":
            return Outcome(Status.ABANDONED, reason="unfinished when the study was resumed (restart.unfinished=fail)")
        return None


def _requeue(history: History, index: int, reason: str) -> None:
    attempt = history.ledger.trials[index].attempt + 1
    history.write("requeued", index=index, attempt=attempt, reason=reason, is_retry=False)
