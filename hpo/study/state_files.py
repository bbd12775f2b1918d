"""The files of a study that can be made again from its journal, and are kept current."""

import logging
from collections.abc import Callable
from functools import partial

from hpo.study.paths import StudyPaths
from hpo.study.proposer import Proposer
from hpo.study.results import Results
from hpo.study.summary import write_summary
from hpo.study.table import write_table
from hpo.throttle import Throttle

log = logging.getLogger(__name__)


class StateFiles:
    """Writes snapshot, summary and table; a fault there is no reason to lose trials in flight, and is logged.

    Args:
        results: What is known of the study.
        paths: Where it lies.
        proposer: Writes the snapshot.
    """

    def __init__(self, results: Results, paths: StudyPaths, proposer: Proposer) -> None:
        self._root = paths.root
        self._snapshot = partial(proposer.save, paths.snapshot)
        self._snapshot_soon = partial(proposer.save_soon, paths.snapshot)
        self._summary = partial(write_summary, results, paths)
        self._table = partial(write_table, results, paths)
        self._summary_throttle = Throttle()

    def save_if_due(self) -> None:
        """Write the summary and the snapshot, unless that was done not long ago."""
        self._summary_throttle.run(lambda: self._attempt(self._summary))
        self._attempt(self._snapshot_soon)

    def save_all(self) -> None:
        """Write everything."""
        self._attempt(self._summary, self._table, self._snapshot)  # the last one may take a while

    def _attempt(self, *writers: Callable[[], None]) -> None:
        for write in writers:
            try:
                write()
            except Exception:
                log.exception("A file of %s could not be written; the journal holds everything", self._root)
