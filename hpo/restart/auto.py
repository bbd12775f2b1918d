"""``restart=auto``: resume if there is something to resume, else new."""

from dataclasses import dataclass

from hpo.restart.base import Request
from hpo.restart.new import New
from hpo.restart.resume import Resume
from hpo.study import Study, StudyPaths


@dataclass(frozen=True, kw_only=True)
class Auto(Resume):
    """What a batch script wants: the same command makes the study, and later goes on with it."""

    def continues(self, paths: StudyPaths) -> bool:
        """Tell whether the study exists."""
        return paths.config.exists()

    def open(self, request: Request, session_name: str) -> Study:
        """Return the study as it stands, or a new one.

        Raises:
            As :meth:`Resume.open` and :meth:`New.open`.
        """
        if self.continues(request.paths):
            return super().open(request, session_name)
        return New().open(request, session_name)
