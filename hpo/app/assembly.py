"""The config becomes objects, and the objects are checked against each other before anything starts."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from hpo.app import checks
from hpo.app.command_line import import_from, merged_arguments
from hpo.app.continuation import continued, says_space
from hpo.app.invocation import Invocation
from hpo.app.record import study_record
from hpo.errors import Fault, InputError, raise_faults
from hpo.failures import Failures
from hpo.interruption import Interruption
from hpo.objective import Objective, build_objective
from hpo.optimizer import Optimizer
from hpo.resources import Machine, Resources
from hpo.restart import Request, Restart
from hpo.scheduler import RUN_TO_END, Scheduler
from hpo.space import SearchSpace, build_space
from hpo.study import Plan, StoredStudy, StudyPaths
from hpo.study.observers import Observer
from hpo.task import Task
from hpo.tuner import Tuner
from hpo.worker import NUMBER_METRIC

Part = TypeVar("Part")


@dataclass(frozen=True)
class Assembled:
    """All that a session needs, checked.

    Attributes:
        request: What was asked of the study.
        task: What a trial runs.
        tuner: What drives the study.
        resources: What a trial is given.
        scheduler: When a trial is stopped early.
        restart: How the study is opened.
        ray_callbacks: Callbacks of Ray Tune, by name.
    """

    request: Request
    task: Task
    tuner: Tuner
    resources: Resources
    scheduler: Scheduler
    restart: Restart
    ray_callbacks: Mapping[str, object]


class _Findings:
    """Collects the faults of parts that are built one by one."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def attempt(self, make: Callable[[], Part]) -> Part | None:
        """Return what ``make`` returns, or None after keeping the faults it raised."""
        try:
            return make()
        except InputError as error:
            self.faults.extend(error.faults)
            return None


def assemble(config: DictConfig, invocation: Invocation) -> Assembled:
    """Return the objects that ``config`` describes.

    Raises:
        InputError: With every independent fault that was found; nothing was started and nothing written.
        DamagedStudyError: If the study that is to go on cannot be understood.
    """
    findings = _Findings()
    paths = StudyPaths(invocation.outputs / invocation.study)
    restart = findings.attempt(lambda: _made("restart", config.restart, Restart))
    config, arguments, kept_space = _asked(config, invocation, restart, paths)
    findings.faults.extend(checks.study_faults(config, invocation))
    task = findings.attempt(lambda: _made("task", config.task, Task))
    space = kept_space or findings.attempt(lambda: build_space(**_settings("space", config.space, build_space)))
    objective = findings.attempt(lambda: _objective(config.objective, task))
    optimizer = findings.attempt(lambda: _made("optimizer", config.optimizer, Optimizer))
    tuner = findings.attempt(lambda: _made("tuner", config.tuner, Tuner))
    resources = findings.attempt(lambda: _made("resources", config.resources, Resources))
    scheduler = findings.attempt(lambda: _made("scheduler", config.scheduler, Scheduler))
    failures = findings.attempt(lambda: Failures(**_settings("failures", config.failures, Failures)))
    callbacks = findings.attempt(lambda: _callbacks(config.callbacks))
    signature = findings.attempt(lambda: task.signature) if task is not None else None
    findings.faults.extend(checks.cross_faults(task, signature, space, objective, optimizer))
    if task is not None and signature is not None:
        findings.attempt(task.check)
    slots = None
    if tuner is not None and resources is not None:
        slots = findings.attempt(lambda: _slots(tuner, resources, config.concurrency))
        findings.faults.extend(checks.callback_faults(tuner, callbacks or {}))
        findings.faults.extend(tuner.check_resources(resources))
        findings.faults.extend(tuner.check_failures(failures or Failures()))
        findings.faults.extend(tuner.check_scheduler(scheduler or RUN_TO_END))
    if tuner is not None and optimizer is not None:
        findings.faults.extend(checks.look_ahead_faults(tuner, optimizer))
    raise_faults(findings.faults)

    plan = Plan(invocation.study, config.num_trials, _built(slots), config.seed, arguments)
    observers = {name: item for name, item in _built(callbacks).items() if isinstance(item, Observer)}
    request = Request(
        plan=plan,
        paths=paths,
        space=_built(space),
        objective=_built(objective),
        optimizer=_built(optimizer),
        observers=observers,
        failures=_built(failures),
        interruption=Interruption(config.grace_s),
        record=study_record(config, invocation, plan, _built(space), _built(objective)),
        is_asynchronous=_built(tuner).is_asynchronous,
        n_model_threads=_built(resources).n_threads_left(Machine.here(count_gpus=False), plan.slots),
    )
    others = {name: item for name, item in _built(callbacks).items() if name not in observers}
    return Assembled(
        request=request,
        task=_built(task),
        tuner=_built(tuner),
        resources=_built(resources),
        scheduler=_built(scheduler),
        restart=_built(restart),
        ray_callbacks=others,
    )


def _asked(
    config: DictConfig, invocation: Invocation, restart: Restart | None, paths: StudyPaths
) -> tuple[DictConfig, tuple[str, ...], SearchSpace | None]:
    """Return the config, the arguments and, if nothing is said of it, the space of a study that goes on.

    For a study that does not go on the first two are what they were, and there is no space yet.
    """
    if restart is None or not restart.continues(paths):
        return config, invocation.question, None
    stored = StoredStudy.read(paths)
    arguments = merged_arguments(stored.plan.arguments, invocation.question)
    import_from(arguments)
    space = None if says_space(invocation.said) else stored.space
    return continued(config, stored.config, invocation.said), arguments, space


def _built(part: Part | None) -> Part:
    """Return ``part``, which is there because no fault was found."""
    if part is None:
        raise AssertionError("a part is missing, and no fault says why")
    return part


def _slots(tuner: Tuner, resources: Resources, concurrency: object) -> int | None:
    if concurrency is not None and not isinstance(concurrency, int):
        return None  # a fault that the checks name
    return tuner.slots(resources, Machine.here(count_gpus=resources.gpus_per_trial > 0), concurrency)


def _settings(key: str, node: DictConfig, builder: Callable[..., object]) -> dict[str, Any]:
    """Return what ``node`` holds, as plain values, if ``builder`` takes all of it."""
    try:
        settings = {str(name): value for name, value in instantiate(node, _convert_="all").items()}
    except (InstantiationException, OmegaConfBaseException) as error:
        raise InputError(
            Fault(f"{key} cannot be read", " ".join(str(error).split()), f"Mend the keys below {key}")
        ) from error
    known = list(inspect.signature(builder).parameters)
    raise_faults(
        Fault(f"{key}.{name} is no setting", f"{key} takes {', '.join(known)}", f"Remove {key}.{name}")
        for name in settings
        if name not in known
    )
    return settings


def _objective(node: DictConfig, task: Task | None) -> Objective:
    settings = _settings("objective", node, build_objective)
    if settings.get("metric") is None:
        declared = task.metrics if task is not None else None
        if declared is not None and len(declared) > 1:
            raise InputError(
                Fault(
                    "objective.metric is not set",
                    f"the task returns {', '.join(sorted(declared))}",
                    f"Set objective.metric={min(declared)}, or an expression of several",
                )
            )
        settings["metric"] = next(iter(declared)) if declared else NUMBER_METRIC
    return build_objective(**settings)


def _callbacks(node: DictConfig | None) -> dict[str, object]:
    findings = _Findings()
    made = {
        str(name): findings.attempt(partial(_made, f"callbacks.{name!s}", callback, object))
        for name, callback in (node or {}).items()
    }
    raise_faults(findings.faults)
    return {name: item for name, item in made.items() if item is not None}


def _made(key: str, node: DictConfig, role: type[Part]) -> Part:
    """Instantiate what ``node`` describes and make sure that it plays its role."""
    try:
        part = instantiate(node, _convert_="all")
    except (InstantiationException, OmegaConfBaseException) as error:
        if isinstance(error.__cause__, InputError):
            raise error.__cause__ from None
        raise InputError(
            Fault(
                f"{key} cannot be made of {node}",
                " ".join(str(error.__cause__ or error).split()),
                f"Mend the keys below {key}; the composed config: python -m hpo --cfg job",
            )
        ) from error
    if not isinstance(part, role):
        raise InputError(
            Fault(
                f"{key} is a {type(part).__name__}",
                f"it has to be a {role.__module__}.{role.__qualname__}",
                f"Set {key}._target_ to one",
            )
        )
    return part
