"""The config becomes objects, and the objects are checked against each other."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from hydra.errors import InstantiationException
from hydra.utils import get_object, instantiate
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from hpo.app import checks
from hpo.app.baseline import BASELINE, baseline_faults, defaults, of_optimizer_alone
from hpo.app.keys import unknown_key
from hpo.errors import Fault, Findings, InputError, raise_faults
from hpo.failures import Failures
from hpo.machine import Machine
from hpo.objective import Objective, build_objective
from hpo.optimizer import Optimizer
from hpo.repeat import Repeat
from hpo.resources import Resources
from hpo.scheduler import RUN_TO_END, Scheduler
from hpo.space import SearchSpace, build_space
from hpo.study.observers import Observer
from hpo.task import ParameterValue, Task
from hpo.tuner import Tuner
from hpo.worker import NUMBER_METRIC

Part = TypeVar("Part")


@dataclass(frozen=True)
class Parts:
    """What a config describes, each part made for itself; None where that failed."""

    task: Task | None
    space: SearchSpace | None
    objective: Objective | None
    optimizer: Optimizer | None
    tuner: Tuner | None
    resources: Resources | None
    scheduler: Scheduler | None
    failures: Failures | None
    repeat: Repeat | None
    callbacks: Mapping[str, object] | None

    @classmethod
    def of(cls, config: DictConfig, kept_space: SearchSpace | None, findings: Findings) -> "Parts":
        """Return the parts of ``config``; ``kept_space`` stands for its space if there is one."""
        attempt = findings.attempt
        task = attempt(lambda: made("task", config.task, Task))
        return cls(
            task=task,
            space=kept_space or attempt(lambda: build_space(**_settings("space", config.space, build_space))),
            objective=attempt(lambda: _objective(config.objective, task)),
            optimizer=attempt(lambda: made("optimizer", of_optimizer_alone(config.optimizer), Optimizer, BASELINE)),
            tuner=attempt(lambda: made("tuner", config.tuner, Tuner)),
            resources=attempt(lambda: made("resources", config.resources, Resources)),
            scheduler=attempt(lambda: made("scheduler", config.scheduler, Scheduler)),
            failures=attempt(lambda: Failures(**_settings("failures", config.failures, Failures))),
            repeat=attempt(lambda: Repeat(**_settings("repeat", config.repeat, Repeat))),
            callbacks=attempt(lambda: _callbacks(config.callbacks)),
        )

    def check(self, findings: Findings, *, runs_task: bool, wants_baseline: bool) -> None:
        """Add the faults of parts that do not go together and, if it is to be run, those that the task finds itself."""
        task, tuner, resources = self.task, self.tuner, self.resources
        signature = None if task is None else findings.attempt(lambda: task.signature)
        crossed = list(checks.cross_faults(task, signature, self.space, self.objective, self.optimizer))
        findings.faults.extend(crossed)
        if self.repeat is not None and self.space is not None:
            findings.faults.extend(self.repeat.check_space(self.space))
        if task is not None and signature is not None:
            if runs_task:
                findings.attempt(task.check)
            if wants_baseline and self.space is not None and not crossed:
                findings.faults.extend(baseline_faults(task.name, signature, self.space))
        if tuner is not None and resources is not None:
            findings.faults.extend(checks.callback_faults(tuner, self.callbacks or {}))
            findings.faults.extend(tuner.check_resources(resources))
            findings.faults.extend(tuner.check_failures(self.failures or Failures()))
            findings.faults.extend(tuner.check_scheduler(self.scheduler or RUN_TO_END))
        if tuner is not None and self.optimizer is not None:
            findings.faults.extend(checks.look_ahead_faults(tuner, self.optimizer))

    @property
    def observers(self) -> dict[str, Observer]:
        """The callbacks that every tuner calls, by name."""
        return {name: item for name, item in (self.callbacks or {}).items() if isinstance(item, Observer)}

    @property
    def ray_callbacks(self) -> dict[str, object]:
        """The others, which are Ray Tune's, by name."""
        return {name: item for name, item in (self.callbacks or {}).items() if not isinstance(item, Observer)}

    def baseline(self) -> dict[str, ParameterValue] | None:
        """Return the task's defaults as a point of the space, which :meth:`check` found that they are."""
        return None if self.task is None or self.space is None else defaults(self.task.signature, self.space)

    def slots(
        self, concurrency: object, elsewhere: Sequence[Machine] | None, outputs: Path, findings: Findings
    ) -> int | None:
        """Return how many trials run at once; None if that cannot be told. A cluster is asked only without faults."""
        tuner, resources = self.tuner, self.resources
        if tuner is None or resources is None:
            return None
        if resources.address is not None:
            raise_faults(findings.faults)
        if concurrency is not None and not isinstance(concurrency, int):
            return None  # a fault that the checks name
        return findings.attempt(
            lambda: tuner.slots(resources, elsewhere or tuner.machines(resources, self.task, outputs), concurrency)
        )


def _settings(key: str, node: DictConfig, builder: Callable[..., object]) -> dict[str, Any]:
    """Return what ``node`` holds, as plain values, if ``builder`` takes all of it."""
    try:
        settings = {str(name): value for name, value in instantiate(node, _convert_="all").items()}
    except (InstantiationException, OmegaConfBaseException) as error:
        raise InputError(
            Fault(f"{key} cannot be read", " ".join(str(error).split()), f"Mend the keys below {key}")
        ) from error
    known = list(inspect.signature(builder).parameters)
    raise_faults(_unknown(key, settings, known))
    return settings


def _unknown(key: str, given: Mapping[str, object], known: Sequence[str]) -> Iterator[Fault]:
    for name in given:
        if name not in known:
            is_parameter = key == "space" and isinstance(given[name], Mapping)
            remedy = f"Put it below space.parameters, as space.parameters.{name}" if is_parameter else "Leave it out"
            yield unknown_key(f"{key}.{name}", known, remedy)


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
    findings = Findings()
    built = {
        str(name): findings.attempt(partial(made, f"callbacks.{name!s}", callback, object))
        for name, callback in (node or {}).items()
    }
    raise_faults(findings.faults)
    return {name: item for name, item in built.items() if item is not None}


def made(key: str, node: DictConfig, role: type[Part], *read_elsewhere: str) -> Part:
    """Instantiate what ``node`` describes and make sure that it plays its role.

    Args:
        key: Where it stands in the config.
        node: What stands there.
        role: The class that it has to be of.
        *read_elsewhere: Keys of the group that are not in ``node``.

    Raises:
        InputError: If it has keys that nothing takes, cannot be made, or is of another class.
    """
    known = _taken_by(node)
    if known is not None:
        given = {str(name): None for name in node if not str(name).startswith("_")}
        raise_faults(_unknown(key, given, [*known, *read_elsewhere]))
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


def _taken_by(node: object) -> list[str] | None:
    """Return the keys that what ``node`` names is called with; None if it takes any, or that cannot be told."""
    if not isinstance(node, DictConfig) or "_target_" not in node:
        return None
    try:
        parameters = inspect.signature(get_object(node["_target_"])).parameters
    except (ImportError, ValueError, TypeError, OmegaConfBaseException, InstantiationException):
        return None  # the attempt to make it says why
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return None
    return list(parameters)
