"""One question being answered: its trials, what is known of them, and where that is kept."""

from hpo.study.paths import StudyPaths
from hpo.study.plan import Plan
from hpo.study.results import Results
from hpo.study.stored import StoredStudy
from hpo.study.study import Study
from hpo.study.trial import Outcome, Status, Trial

__all__ = ["Outcome", "Plan", "Results", "Status", "StoredStudy", "Study", "StudyPaths", "Trial"]
