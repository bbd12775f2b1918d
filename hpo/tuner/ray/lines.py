"""What differs between Ray 2.6 and the current Ray, or is private to both."""

import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import ray
from ray import _raylet, tune
from ray._private import ray_constants, state, utils
from ray.air._internal import usage
from ray.air.execution._internal import RayActorManager
from ray.exceptions import RayActorError, RaySystemError, RayTaskError
from ray.job_config import JobConfig

from hpo.environment import environment

IS_RAY_2_6 = not hasattr(tune, "RunConfig")
actors: Any = import_module("ray.tune.execution." + ("ray_trial_executor" if IS_RAY_2_6 else "class_cache"))


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


def node_id(trial: Any) -> str | None:
    """Return Ray's id of the node on which the actor of Ray's ``trial`` runs; None if it does not run."""
    actor = trial.runner if IS_RAY_2_6 else trial.temporary_state.ray_actor
    if actor is None:
        return None
    address = state.actors(actor._actor_id.hex()).get("Address", {})  # noqa: SLF001 - no public way tells
    return address.get("NodeID") or None


@contextmanager
def handlers_left_alone() -> Iterator[None]:
    """Keep Ray in this block from taking SIGTERM for itself: it would end the program without a word."""
    before = utils.set_sigterm_handler
    utils.set_sigterm_handler = lambda _: None
    try:
        yield
    finally:
        utils.set_sigterm_handler = before


@contextmanager
def callbacks_uncounted() -> Iterator[None]:
    """Keep Tune in this block from importing MLflow and wandb, a second or two where they are installed.

    It compares the callbacks with those of these libraries, for statistics in which this program takes no part.
    """
    before = usage.tag_callbacks
    usage.tag_callbacks = lambda _: False
    try:
        yield
    finally:
        usage.tag_callbacks = before


@contextmanager
def plain_workers() -> Iterator[None]:
    """Have Tune take workers as Ray starts them in this block, without a runtime environment.

    It asks for one with a variable that keeps Lightning from forking in a worker; trials run in a process of their own.
    Each worker would be started twice, by Ray's agent, and none where that could not start: of two Rays that start at
    the same moment, one may take the port of the other's. Variables that Tune hands on, such as credentials, want one.
    """
    before = actors._ActorClassCache.get  # noqa: SLF001

    def get(cache: Any, trainable: type) -> Any:
        if actors.ENV_VARS_TO_PROPAGATE & os.environ.keys():
            return before(cache, trainable)
        if trainable not in cache._cache:  # noqa: SLF001
            cache._cache[trainable] = ray.remote(trainable)  # noqa: SLF001
        return cache._cache[trainable]  # noqa: SLF001

    actors._ActorClassCache.get = get  # noqa: SLF001
    try:
        yield
    finally:
        actors._ActorClassCache.get = before  # noqa: SLF001


@contextmanager
def every_loss_taken() -> Iterator[None]:
    """Have Tune take any loss of a worker in this block for the end of that worker's trial, and of the worker.

    It knows errors of actors and of tasks only, and ends the run at any other, as at the one by which Ray tells of a
    worker that it ended where memory ran short. A worker that only did not answer would go on with a trial that is run
    again. An error of Ray's own node does end the run.
    """
    before = RayActorManager._actor_task_failed  # noqa: SLF001

    def failed(manager: Any, tracked_actor_task: Any, exception: Exception) -> None:
        if not isinstance(exception, RayTaskError) and not _is_of_own_node(exception):
            lost = tracked_actor_task._tracked_actor  # noqa: SLF001
            actor, _ = manager._live_actors_to_ray_actors_resources.get(lost, (None, None))  # noqa: SLF001
            if actor is not None:
                ray.kill(actor)
            exception = _as_of_actor(exception)
        before(manager, tracked_actor_task, exception)

    RayActorManager._actor_task_failed = failed  # noqa: SLF001
    try:
        yield
    finally:
        RayActorManager._actor_task_failed = before  # noqa: SLF001


def _is_of_own_node(error: Exception) -> bool:
    """Tell that of Ray itself from what Ray makes of an error of a worker that cannot be read here."""
    return isinstance(error, RaySystemError) and not error.traceback_str


def _as_of_actor(error: Exception) -> RayActorError:
    if isinstance(error, RayActorError):
        return error
    loss = RayActorError()
    loss.error_msg = str(error)
    return loss


@contextmanager
def loopback_only() -> Iterator[None]:
    """Have Ray take this machine's address for that of the loopback in this block."""
    before = ray_constants.ENABLE_RAY_CLUSTER  # the constant that the variable below was read into
    ray_constants.ENABLE_RAY_CLUSTER = False
    try:
        with environment({ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR: "0"}):  # for the processes that Ray starts
            yield
    finally:
        ray_constants.ENABLE_RAY_CLUSTER = before


@contextmanager
def token_in(folder: Path) -> Iterator[None]:
    """Have the Ray that is started in this block ask for a token, if it is of version 2.52 or later, which have tokens.

    By itself it would keep one for all Rays of a user, in a file that others may be able to read.

    Args:
        folder: Where the token is put; nobody else may enter it.
    """
    if not hasattr(_raylet, "AuthenticationTokenLoader"):
        yield
        return
    path = folder / "token"
    path.write_text(secrets.token_hex(32))
    try:
        with environment({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(path)}):
            _read_authentication_anew()
            yield
    finally:
        _read_authentication_anew()


def _read_authentication_anew() -> None:
    """Have Ray forget what it read from the environment."""
    compiled: Any = _raylet  # of which mypy sees the line that is installed
    compiled.Config.initialize("")
    compiled.AuthenticationTokenLoader.instance().reset_cache()


def address_file() -> Path:
    """Return where ``ray start`` leaves the address of its Ray on this machine."""
    return Path(utils.get_ray_address_file(None))


def job_with_path(path: Sequence[str]) -> JobConfig:
    """Return a job whose workers look for modules in ``path`` first, in this order.

    Nothing is sent: the folders are there already. No runtime environment is asked for, which would want an agent
    on each node and make Ray start its workers anew.
    """
    return JobConfig(_py_driver_sys_path=list(reversed(path)))  # each is put before the last one


def shut_down_at_once() -> None:
    """Stop the Ray that was started here, without a second of courtesy to each of its processes."""
    from ray._private.worker import global_worker  # noqa: PLC0415 - no public name tells

    node = global_worker.node
    kill = node.kill_all_processes
    node.kill_all_processes = lambda **_: kill(check_alive=False, allow_graceful=False)
    ray.shutdown()


def logs_folder() -> Path:
    """Return where Ray keeps its logs on this machine."""
    from ray._private.worker import global_worker  # noqa: PLC0415 - no public name tells

    return Path(global_worker.node.get_logs_dir_path())
