"""One question being answered: its trials, what is known of them, and where that is kept."""

from hpo.study.paths import StudyPaths
from hpo.study.plan import Plan
from hpo.study.study import Study
from hpo.study.trial import Outcome, Status, Trial

__all__ = ["Outcome", "Plan", "Status", "Study", "StudyPaths", "Trial"]
