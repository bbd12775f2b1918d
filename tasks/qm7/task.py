"""The task: its settings, its parameters, its metrics."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any

from hpo.errors import Fault, raise_faults
from hpo.task import Metrics, ParameterValue, Signature, Task, TrialContext
from tasks.qm7 import settings
from tasks.qm7.metrics import METRICS
from tasks.qm7.requirements import missing
from tasks.qm7.rules import Rule, converted, flag, group_faults, one_of, whole

_GROUPS = {
    "network": settings.Network,
    "loss": settings.Loss,
    "optimizer": settings.Optimizer,
    "scheduler": settings.Scheduler,
    "training": settings.Training,
    "split": settings.Split,
}
#: Where a parameter goes: it has the name of the setting it replaces.
_PARAMETERS = {
    "dist_soft_min": "network",
    "dist_soft_max": "network",
    "dist_hard_max": "network",
    "n_features": "network",
    "n_sensitivities": "network",
    "n_interaction_layers": "network",
    "n_atom_layers": "network",
    "lr": "optimizer",
    "batch_size": "training",
    "patience": "scheduler",
}
_PRECISION = one_of("float32", "float64")
_DEVICE = Rule(
    "it takes auto, cpu, cuda or cuda:N",
    "auto",
    lambda value: (
        value in ("auto", "cpu", "cuda")
        or (isinstance(value, str) and value.startswith("cuda:") and value[5:].isdigit())
    ),
)


@dataclass(frozen=True)
class QM7(Task):
    """HIP-NN on QM7, as in the post: trained for a few epochs, judged on the validation molecules.

    The metrics are those of the best model, in kcal/mol; see :mod:`tasks.qm7.metrics`. A group may be given
    as a mapping, which is how it comes from ``conf/task/qm7.yaml``.

    Attributes:
        data: Folder of the prepared arrays; a relative path starts at the current working directory.
        network: The network.
        loss: What is minimised.
        optimizer: The optimiser.
        scheduler: What changes batch size and learning rate on the way.
        training: How long and in which portions.
        split: How the molecules are divided.
        device: ``auto``: a GPU if the trial was given one; or ``cpu``, ``cuda``, ``cuda:N``.
        precision: ``float32`` or ``float64``.
        seed: Of the weights and the shuffling, or None for the trial's own.
        plots: Whether hippynn draws its plots, at the start and at the end.
        checkpoint_every: Epochs between checkpoints.

    Raises:
        hpo.errors.InputError: If settings are wrong, with all that are.
    """

    data: Path
    network: settings.Network
    loss: settings.Loss
    optimizer: settings.Optimizer
    scheduler: settings.Scheduler
    training: settings.Training
    split: settings.Split
    device: str
    precision: str
    seed: int | None
    plots: bool
    checkpoint_every: int

    def __post_init__(self) -> None:
        given = {name: _as_mapping(getattr(self, name)) for name in _GROUPS}
        raise_faults([*_own_faults(self), *_group_faults(given)])
        for name, group in _GROUPS.items():
            object.__setattr__(self, name, converted(group, given[name]))
        # Trials run in directories of their own: what is relative here would be lost there.
        object.__setattr__(self, "data", Path(self.data).expanduser().absolute())

    @property
    def name(self) -> str:
        """Its name, ``qm7``."""
        return "qm7"

    @property
    def signature(self) -> Signature:
        """Every parameter is optional and replaces the setting of the same name."""
        defaults = {name: getattr(getattr(self, group), name) for name, group in _PARAMETERS.items()}
        return Signature(required=frozenset(), optional=frozenset(_PARAMETERS), defaults=defaults)

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics of the best model, and what it took."""
        return METRICS

    def with_parameters(self, parameters: Mapping[str, ParameterValue]) -> "QM7":
        """Return this task with ``parameters`` in the place of the settings of the same names.

        Raises:
            hpo.errors.InputError: If a value is not possible.
        """
        groups = {name: asdict(getattr(self, name)) for name in _GROUPS}
        for name, value in parameters.items():
            groups[_PARAMETERS[name]][name] = value
        return replace(self, **groups)  # type: ignore[arg-type]  # __post_init__ takes mappings too

    def check(self) -> None:
        """See that the data is there, and the device and matplotlib if they are asked for.

        Raises:
            hpo.errors.InputError: If something is missing, with all that is.
        """
        raise_faults(missing(self.data, self.device, plots=self.plots))

    def run(self, parameters: Mapping[str, ParameterValue], context: TrialContext) -> Metrics:
        """Train one network in the current working directory, the trial's own.

        Args:
            parameters: Those of :attr:`signature` that are tuned.
            context: The trial.

        Returns:
            The metrics of :mod:`tasks.qm7.metrics`.

        Raises:
            hpo.errors.InputError: If a parameter's value is not possible.
            ValueError: If the checkpoint to go on from is not this trial's.
        """
        # torch and hippynn take seconds to import and are for the workers alone.
        from tasks.qm7.trial import train  # noqa: PLC0415

        return train(self.with_parameters(parameters), parameters, context)


def _as_mapping(group: object) -> Any:
    return asdict(group) if is_dataclass(group) and not isinstance(group, type) else group


def _own_faults(task: QM7) -> Iterator[Fault]:
    if not isinstance(task.data, str | Path) or not str(task.data):
        yield Fault(f"task.data={task.data} is not a path", "it takes a folder", "Set task.data=data/qm7")
    yield from _DEVICE.faults("task.device", task.device)
    yield from _PRECISION.faults("task.precision", task.precision)
    if task.seed is not None:
        yield from whole(0, example=1).faults("task.seed", task.seed)
    yield from flag().faults("task.plots", task.plots)
    yield from whole(1, example=1).faults("task.checkpoint_every", task.checkpoint_every)


def _group_faults(given: Mapping[str, object]) -> Iterator[Fault]:
    found = [fault for name, group in _GROUPS.items() for fault in group_faults(group, f"task.{name}", given[name])]
    yield from found
    split = given["split"]
    if not found and isinstance(split, Mapping) and split["test_size"] + split["valid_size"] >= 1:
        yield Fault(
            f"task.split.test_size={split['test_size']} and valid_size={split['valid_size']} leave nothing",
            "together they take less than 1, and the rest is for training",
            "Set task.split.test_size=0.1 task.split.valid_size=0.1",
        )
