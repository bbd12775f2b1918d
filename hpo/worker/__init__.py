"""What happens in the process that runs a trial, and in the one that watches over it."""

from hpo.worker.assignment import Assignment
from hpo.worker.evaluate import NUMBER_METRIC, evaluate
from hpo.worker.result import read_result
from hpo.worker.supervisor import supervise

__all__ = ["NUMBER_METRIC", "Assignment", "evaluate", "read_result", "supervise"]
