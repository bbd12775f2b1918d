"""What happens in the process that runs a trial."""

from hpo.worker.evaluate import NUMBER_METRIC, Assignment, evaluate

__all__ = ["NUMBER_METRIC", "Assignment", "evaluate"]
