"""What differs between Ray 2.6 and the current Ray, or is private to both."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ray
from ray import tune
from ray._private import utils

IS_RAY_2_6 = not hasattr(tune, "RunConfig")


def report(result: Mapping[str, object]) -> None:
    """Send ``result`` from a running trial to the driver."""
    if IS_RAY_2_6:
        from ray.air import session  # noqa: PLC0415 - gone in the current Ray

        session.report(dict(result))
    else:
        tune.report(dict(result))


def run_config(name: str, storage: Path, callbacks: Sequence[object]) -> Any:
    """Return the configuration of a run whose files lie in ``storage / name``; failed trials are not retried."""
    if IS_RAY_2_6:
        from ray import air as line  # noqa: PLC0415 - gone in the current Ray
    else:
        line = tune
    return line.RunConfig(
        name=name,
        storage_path=str(storage),
        callbacks=list(callbacks),
        failure_config=line.FailureConfig(max_failures=0),
        verbose=0,
    )


def keep_workers(controller: Any, resources: object, n_workers: int) -> None:
    """Have Ray keep up to ``n_workers`` workers with ``resources`` while they have no trial.

    Args:
        controller: As Ray hands it to a scheduler, which has no public way to it.
        resources: Of a trial.
        n_workers: How many.
    """
    controller = getattr(controller, "_trial_runner", controller)  # Ray 2.6 hands out a wrapper
    controller._actor_cache.increase_max(resources, by=n_workers)  # noqa: SLF001


@contextmanager
def handlers_left_alone() -> Iterator[None]:
    """Keep Ray in this block from taking SIGTERM for itself: it would end the program without a word."""
    before = utils.set_sigterm_handler
    utils.set_sigterm_handler = lambda _: None
    try:
        yield
    finally:
        utils.set_sigterm_handler = before


def shut_down_at_once() -> None:
    """Stop the Ray that was started here, without a second of courtesy to each of its processes."""
    from ray._private.worker import global_worker  # noqa: PLC0415 - no public name tells

    node = global_worker.node
    kill = node.kill_all_processes
    node.kill_all_processes = lambda **_: kill(check_alive=False, allow_graceful=False)
    ray.shutdown()


def logs_folder() -> Path:
    """Return where the Ray that was started here keeps its logs."""
    from ray._private.worker import global_worker  # noqa: PLC0415 - no public name tells

    return Path(global_worker.node.get_logs_dir_path())
