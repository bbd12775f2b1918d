"""``restart=extend``: a study gets a new total, and its space may change."""

import logging
from dataclasses import dataclass

from hpo.errors import raise_faults
from hpo.restart.agreement import Agreement
from hpo.restart.base import Request
from hpo.restart.opening import closed_on_error, opened
from hpo.restart.resume import Resume
from hpo.study import StoredStudy, Study

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
        stored = StoredStudy.read(request.paths)
        agreement = Agreement(stored, request)
        n_asked = stored.results().ledger.n_asked
        raise_faults([*agreement.common_faults(), *agreement.extension_faults(n_asked)])
        changes = agreement.space_changes()
        if stored.plan.num_trials != request.plan.num_trials:
            changes.insert(0, f"num_trials: {stored.plan.num_trials} -> {request.plan.num_trials}")
        history = self._held(request, stored)
        for change in changes:
            log.info("%s", change)
        with closed_on_error(history):
            history.write("extended", num_trials=request.plan.num_trials, changes=changes)
        return opened(request, session_name, history, mode="extend")
