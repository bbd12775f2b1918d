"""A study on the disk, to be read."""

import time
from contextlib import suppress
from pathlib import Path

from hpo.library.view import StudyView
from hpo.outputs import OUTPUTS
from hpo.status.folder import is_study
from hpo.status.study_status import StudyStatus


class ReadOnlyStudy(StudyView):
    """A study as it stood at one moment; it may run on meanwhile. Nothing of it is locked or written.

        >>> import hpo
        >>> study = hpo.open_study("outputs/branin")
        >>> study
        ReadOnlyStudy('branin', finished: 6 of 6 trials, best 3.54519 in trial 1)
        >>> study.best.index, round(study.best_value, 4), sorted(study.best_parameters)
        (1, 3.5452, ['x1', 'x2'])

    Args:
        status: What was read.
    """

    def __init__(self, status: StudyStatus) -> None:
        super().__init__(status.results, status.paths)
        self._status = status

    @property
    def state(self) -> str:
        """How it stands: not begun, running, silent, stopped, killed, finished, or unknown."""
        return str(self._status.state)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self._status.wording}: {self._in_short()})"


def open_study(study: str | Path) -> ReadOnlyStudy:
    """Return a study as it stands now, to be read. Open it again to see what has come since.

        >>> import hpo
        >>> frame = hpo.open_study("branin").trials_frame()
        >>> list(frame.columns)
        ['status', 'x1', 'x2', 'value', 'seconds', 'reason']
        >>> print(frame.dtypes["x1"], frame.dtypes["status"], frame.index.name)
        float64 string trial_index
        >>> int(frame["value"].idxmin())
        1

    Args:
        study: Its directory, or its name below ``outputs/`` of the working directory.

    Raises:
        InputError: If there is none, with what there is.
        DamagedStudyError: If a file of it cannot be understood.
        HpoError: If a file of it cannot be read.
    """
    path = Path(study)
    with suppress(OSError):  # reading it will say what is wrong
        if not is_study(path) and is_study(Path(OUTPUTS) / path):
            path = Path(OUTPUTS) / path
    return ReadOnlyStudy(StudyStatus.read(path, time.time()))
