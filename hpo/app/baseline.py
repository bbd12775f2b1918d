"""``optimizer.baseline=true``: the task's own defaults are tried before all else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from omegaconf import DictConfig, OmegaConf, open_dict

from hpo.errors import Fault, flag_faults, raise_faults
from hpo.optimizer import Optimizer
from hpo.space import SearchSpace
from hpo.task import ParameterValue, Signature

BASELINE = "baseline"  # a key of the group `optimizer`; what proposes never sees it
_OR_NONE = "or set optimizer.baseline=false"


def is_wanted(config: DictConfig) -> bool:
    """Tell whether the task's defaults are to be tried first; a choice without the key does not want it.

    Raises:
        InputError: If the key is neither true nor false.
    """
    wanted = OmegaConf.select(config, f"optimizer.{BASELINE}", default=False)
    raise_faults(flag_faults(f"optimizer.{BASELINE}", wanted, f"Set optimizer.{BASELINE}=true"))
    return bool(wanted)


def of_optimizer_alone(node: DictConfig) -> DictConfig:
    """Return the settings of the group ``optimizer`` without the one that is no optimizer's."""
    if not isinstance(node, DictConfig) or BASELINE not in node:
        return node
    settings = node.copy()
    with open_dict(settings):
        del settings[BASELINE]
    return settings


def defaults(signature: Signature, space: SearchSpace) -> dict[str, ParameterValue]:
    """Return the point of the space at which every parameter that varies has the task's default.

    Raises:
        KeyError, ValueError: If there is none; :func:`baseline_faults` says why.
    """
    fixed = space.fixed
    return space.cast({name: fixed[name] if name in fixed else signature.defaults[name] for name in space.names})


def baseline_faults(task: str, signature: Signature, space: SearchSpace) -> Iterator[Fault]:
    """Yield what keeps the task's defaults from being a point of the space.

    Args:
        task: The task's name.
        signature: What it takes.
        space: What is searched; it has no parameter that the task does not take.
    """
    varying = [name for name in space.names if name not in space.fixed]
    missing = [name for name in varying if name not in signature.defaults]
    if missing:
        names = ", ".join(missing)
        yield Fault(
            f"optimizer.baseline=true needs a default of {names}, and task {task!r} has none",
            "it tries the values that parameters have where nobody sets them",
            f"Give {names} a default in the task, try a point of your own with optimizer.first, {_OR_NONE}",
        )
        return
    point: Mapping[str, object] = {**{name: signature.defaults[name] for name in varying}, **space.fixed}
    for fault in space.check_parameters(point):
        remedy = f"Change space or the defaults of the task, {_OR_NONE}"
        yield Fault(f"optimizer.baseline=true: the default {fault.what}", fault.allowed, remedy)


def beginning_with(
    optimizer: Optimizer, baseline: Mapping[str, ParameterValue] | None, space: SearchSpace
) -> Optimizer:
    """Return ``optimizer`` with ``baseline`` before the points it was to try first.

    Args:
        optimizer: Whose points lie in the space.
        baseline: A point; None for none. One outside of a space that was changed since is passed over.
        space: What is searched.
    """
    if baseline is None or not space.contains(baseline):
        return optimizer
    others = [point for point in optimizer.first if space.cast(space.with_fixed(point)) != baseline]
    return replace(optimizer, first=(baseline, *others))
