"""``restart=resume``: a study goes on where it was interrupted."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import yaml

from hpo.atomic import write_atomically
from hpo.errors import Fault, StorageError, flag_faults, raise_faults
from hpo.restart.agreement import Agreement
from hpo.restart.base import Request, Restart
from hpo.restart.opening import closed_on_error, opened
from hpo.study import Outcome, Status, StoredStudy, Study, StudyPaths
from hpo.study.history import History
from hpo.study.ledger import Ledger
from hpo.study.screening import screened
from hpo.worker import read_result

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Resume(Restart):
    """Finishes what was asked: unfinished trials run again under their own index, then those never asked for.

    Attributes:
        mode: What the journal calls it.
        unfinished: ``requeue`` to run unfinished trials again, from their last checkpoint where the task made one;
            ``fail`` to give them up as abandoned.
        retry_failed: Whether trials that failed are run again too.

    Raises:
        InputError: If a setting has another value.
    """

    mode: ClassVar[str] = "resume"

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
        StoredStudy.require(request.paths)  # before anything is made in a folder that holds no study
        history = History(request.paths)
        with closed_on_error(history):
            agreement = Agreement(StoredStudy.read(request.paths), request, self.mode)
            raise_faults([*agreement.common_faults(), *self._faults_of(agreement, history.ledger)])
            self._settle(history, request)
            self._keep(history, request, agreement)
        return opened(request, session_name, history, mode=self.mode)

    def _faults_of(self, agreement: Agreement, ledger: Ledger) -> Iterator[Fault]:
        """Yield what may not be changed in this mode."""
        return agreement.resume_faults()

    def _keep(self, history: History, request: Request, agreement: Agreement) -> None:
        """Keep what is asked now."""
        stored = agreement.stored
        record = {**request.record, "created": stored.record.get("created")}
        if record["config"] == stored.config and stored.record["schema"] == record["schema"]:
            return
        try:
            write_atomically(request.paths.config, yaml.safe_dump(record, sort_keys=False))
        except OSError as error:
            raise StorageError.at(request.paths.config, error) from error

    def _settle(self, history: History, request: Request) -> None:
        """Record what ended unseen, and queue the trials that run again."""
        ledger = history.ledger
        for index in ledger.unfinished:
            outcome = self._known_end(history, request, index)
            if outcome is None:
                history.requeue(index, "the session ended before it did", is_retry=False)
            else:
                history.end(index, outcome)
        if self.retry_failed:
            for trial in list(ledger.trials.values()):
                if trial.outcome is not None and trial.outcome.status.may_be_retried:
                    reason = f"restart.retry_failed=true, after: {trial.outcome.reason}"
                    history.requeue(trial.index, reason, is_retry=False)

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
