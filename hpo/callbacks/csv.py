"""Keeps ``trials.csv`` current."""

from hpo.study import Study, Trial
from hpo.study.observers import Observer
from hpo.study.table import write_table
from hpo.throttle import Throttle


class Csv(Observer):
    """Writes the table while the study runs, as often as costs next to nothing; its end writes the last one."""

    def __init__(self) -> None:
        self._throttle = Throttle()

    def on_trial_end(self, study: Study, trial: Trial) -> None:
        """Write the table, unless it was written a moment ago."""
        self._throttle.run(lambda: write_table(study, study.paths))
