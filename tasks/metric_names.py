"""The names of the metrics that a task declares."""

from collections.abc import Iterator

from hpo.errors import Fault


def metric_name_faults(metrics: object) -> Iterator[Fault]:
    """Yield a fault if ``task.metrics`` is neither a collection of names nor None."""
    is_names = isinstance(metrics, list | tuple | set | frozenset) and all(isinstance(m, str) for m in metrics)
    if metrics is not None and not is_names:
        yield Fault(
            f"task.metrics={metrics} is not a list of names",
            "it takes names, or null if only a trial can tell",
            "Write task.metrics=[loss]",
        )
