"""``restart=extend``: a study gets a new total, and its space may change."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from hpo.errors import Fault
from hpo.restart.agreement import Agreement
from hpo.restart.base import Request
from hpo.restart.resume import Resume
from hpo.study.history import History
from hpo.study.ledger import Ledger

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Extend(Resume):
    """Goes on to a new total of trials, in the same space or a changed one; what changed is printed and journalled.

    Trials outside the changed space stay in the table, and are data for the model where Ax can use them. The new total
    may not be less than the trials there are, and the space keeps its parameters.
    """

    mode: ClassVar[str] = "extend"

    def _faults_of(self, agreement: Agreement, ledger: Ledger) -> Iterator[Fault]:
        return agreement.extension_faults(ledger.n_asked)

    def _keep(self, history: History, request: Request, agreement: Agreement) -> None:
        changes = agreement.changes()
        super()._keep(history, request, agreement)
        for change in changes:
            log.info("%s", change)
        history.write("extended", num_trials=request.plan.num_trials, changes=changes)
