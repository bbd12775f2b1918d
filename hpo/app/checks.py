"""Faults that show only when the parts of a study are held against each other."""

import re
from collections.abc import Iterator, Mapping

from omegaconf import DictConfig

from hpo.app.invocation import Invocation
from hpo.errors import Fault
from hpo.objective import Objective
from hpo.optimizer import Optimizer
from hpo.outputs import MULTIRUNS, SCRIPTS
from hpo.repeat import is_seed
from hpo.space import SearchSpace
from hpo.study.observers import Observer
from hpo.task import Signature, Task
from hpo.tuner import Tuner

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_NAME = 200  # a file name has at most 255 bytes


def study_faults(config: DictConfig, invocation: Invocation) -> Iterator[Fault]:
    """Yield what is wrong with the keys of no group."""
    name = invocation.study
    if not _NAME.fullmatch(name) or name in {MULTIRUNS, SCRIPTS} or len(name) > _LONGEST_NAME:
        yield Fault(
            f"study={name} is no name for a folder below outputs/",
            f"letters, digits, '.', '_' and '-', at most {_LONGEST_NAME}, a letter or digit first, "
            f"and neither {MULTIRUNS!r} nor {SCRIPTS!r}",
            "Set study=my-study",
        )
    if not _is_count(config.num_trials):
        number = config.num_trials
        wrong = "asks for no trial" if isinstance(number, int) else "is no whole number"
        yield Fault(f"num_trials={number} {wrong}", "it takes 1 or more", "Set num_trials=24")
    if config.concurrency is not None and not isinstance(config.concurrency, int):
        yield Fault(
            f"concurrency={config.concurrency} is no number of trials",
            "it takes 1 or more, or null for as many as fit",
            "Set concurrency=null",
        )
    if not is_seed(config.seed):
        yield Fault(f"seed={config.seed} is no seed", "it takes a whole number from 0 to 2**32 - 1", "Set seed=0")
    if isinstance(config.grace_s, bool) or not isinstance(config.grace_s, int | float) or config.grace_s < 0:
        yield Fault(f"grace_s={config.grace_s} is no time", "it takes 0 or more, in s", "Set grace_s=30")


def cross_faults(
    task: Task | None,
    signature: Signature | None,
    space: SearchSpace | None,
    objective: Objective | None,
    optimizer: Optimizer | None,
) -> Iterator[Fault]:
    """Yield where the parts contradict each other; a part that could not be made is passed over."""
    if task is not None and signature is not None and space is not None:
        yield from _parameter_faults(task, signature, space)
    if task is not None and objective is not None:
        yield from objective.check_against(task.metrics, task.name)
    if optimizer is not None:
        yield from optimizer.check_devices()
    if space is not None and optimizer is not None:
        yield from optimizer.check_first(space)


def look_ahead_faults(tuner: Tuner, optimizer: Optimizer) -> Iterator[Fault]:
    """Yield a fault where suggestions are to be made while no trial runs."""
    if optimizer.n_ahead and not tuner.is_asynchronous:
        yield Fault(
            f"optimizer.look_ahead={optimizer.n_ahead} does not go with tuner=inline",
            "its trials run in this process, and nothing beside them",
            "Set optimizer.look_ahead=auto, or choose tuner=ray",
        )


def callback_faults(tuner: Tuner, callbacks: Mapping[str, object]) -> Iterator[Fault]:
    """Yield the callbacks that nobody would call."""
    for name, callback in callbacks.items():
        if not isinstance(callback, Observer) and not tuner.takes_callback(callback):
            yield Fault(
                f"callbacks.{name} is a {type(callback).__module__}.{type(callback).__qualname__}",
                "every tuner calls hpo.callbacks.Callback, and tuner=ray those of Ray Tune too",
                f"Choose tuner=ray if it is one of those, or leave it out: ~callbacks.{name}",
            )


def _parameter_faults(task: Task, signature: Signature, space: SearchSpace) -> Iterator[Fault]:
    known = sorted(signature.required | signature.optional)
    takes = f"it takes {', '.join(known)}" if known else "it takes none"
    fixed = getattr(task, "fixed", None)  # of task=function and task=command
    set_by_task = fixed if isinstance(fixed, Mapping) else {}
    for name in signature.unknown(space.names):
        if name in set_by_task:
            yield Fault(
                f"space.parameters.{name} is set by task.fixed.{name}",
                "a parameter has one value in a trial",
                f"Remove it there (~task.fixed.{name}) or in the space (~space.parameters.{name})",
            )
            continue
        yield Fault(
            f"space.parameters.{name} is not a parameter of task {task.name!r}",
            takes,
            f"Remove it (~space.parameters.{name}), or choose another space",
        )
    for name in signature.missing(space.names):
        yield Fault(
            f"space.parameters lacks {name}, which task {task.name!r} needs",
            takes,
            f"Add space.parameters.{name}, of type range, choice or fixed",
        )
    for name in sorted((task.metrics or frozenset()) & set(space.names)):
        yield Fault(
            f"space.parameters.{name} has the name of a metric of task {task.name!r}",
            "trials.csv has one column a name",
            "Rename the parameter or the metric",
        )


def _is_count(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 1
