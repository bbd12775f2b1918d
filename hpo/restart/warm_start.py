"""``restart=warm_start``: a new study that takes the completed trials of others."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from hpo.errors import Fault, InputError
from hpo.printable import counted
from hpo.restart.base import Request
from hpo.restart.new import New
from hpo.restart.opening import opened
from hpo.restart.sources import misfit_lines, read_sources
from hpo.study import Study
from hpo.study.trial import strict_numbers

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class WarmStart(New):
    """Makes a study whose first trials are the completed ones of other studies, as far as they fit.

    They have an index and a row, and can be the best; ``num_trials`` counts only those that are run here.

    Attributes:
        source: Names of studies below ``outputs/``, their directories, or CSV files; one or a list.

    Raises:
        InputError: If there is no source.
    """

    source: str | Sequence[str] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [self.source] if isinstance(self.source, str) else self.source
        if not isinstance(given, Sequence) or not given or not all(isinstance(item, str) and item for item in given):
            raise InputError(
                Fault(
                    f"restart.source={self.source} names no trials",
                    "it takes a study's name, a directory, a CSV file, or a list of these",
                    "Set restart.source=[my-study]",
                )
            )

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources, one or several."""
        return (self.source,) if isinstance(self.source, str) else tuple(self.source or ())

    def open(self, request: Request, session_name: str) -> Study:
        """Return a study that begins with the trials of the sources.

        Raises:
            InputError: If a source cannot be read, or no trial fits.
            DamagedStudyError: If a source is damaged.
            StudyExistsError, StudyInUseError, StorageError: As :meth:`New.open`.
        """
        imports, misfits = read_sources(self.sources, request.space, request.objective, request.outputs)
        events = [
            {
                "event": "imported",
                "time": time.time(),
                "index": index,
                "parameters": dict(found.parameters),
                "metrics": strict_numbers(found.metrics),
                "source": found.source,
            }
            for index, found in enumerate(imports)
        ]
        history = self.made(request, events)
        log.info("Took %s from %s", counted(len(imports), "trial"), ", ".join(self.sources))
        for line in misfit_lines(misfits):
            log.info("%s", line)
        return opened(request, session_name, history, mode="warm_start")
