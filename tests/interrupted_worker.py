"""A worker that goes away while its trial runs, as the trial sees it."""

from hpo.task import Report


class WorkerGoneError(Exception):
    """The end of the worker."""


class Reports(list[Report]):
    """Keeps what a trial reports; after the report of step ``last`` the worker is gone."""

    def __init__(self, last: int | None = None) -> None:
        super().__init__()
        self.last = last

    def __call__(self, report: Report) -> None:
        """Take a report as the study does."""
        self.append(report)
        if report.step == self.last:
            raise WorkerGoneError
