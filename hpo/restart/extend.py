"""``restart=extend``: a study gets a new total, and its space may change."""

import logging
from dataclasses import dataclass

from hpo.errors import raise_faults
from hpo.restart.agreement import Agreement
from hpo.restart.base import Request
from hpo.restart.opening import closed_on_error, opened
from hpo.restart.resume import Resume
from hpo.study import StoredStudy, Study
from hpo.study.history import History

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Extend(Resume):
    """Goes on to a new total of trials, in the same space or a changed one.

    Trials outside the changed space stay in the table, and are data for the model where Ax can use them.
    """

    def open(self, request: Request, session_name: str) -> Study:
        """Return the study with its new total and its new space; what changed is printed and journalled.

        Raises:
            InputError: If there is none, if it was made for another task, objective or seed, if the new total is
                less than the trials it has, or if the space has other parameters.
            StudyInUseError: If another process runs it.
            StorageError: If it cannot be written.
            DamagedStudyError: If a file of it cannot be understood.
        """
        StoredStudy.read(request.paths)  # before anything is made in a folder that holds no study
        history = History(request.paths)
        with closed_on_error(history):
            agreement = Agreement(StoredStudy.read(request.paths), request, "extend")
            raise_faults([*agreement.common_faults(), *agreement.extension_faults(history.ledger.n_asked)])
            changes = agreement.changes()
            self._go_on(history, request, agreement.stored)
            for change in changes:
                log.info("%s", change)
            history.write("extended", num_trials=request.plan.num_trials, changes=changes)
        return opened(request, session_name, history, mode="extend")
