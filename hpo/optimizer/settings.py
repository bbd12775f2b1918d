"""The choices of the ``optimizer`` group, as values; Ax is imported only when a study starts."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpo.errors import Fault, raise_faults
from hpo.machine import Machine
from hpo.space import SearchSpace
from hpo.task import ParameterValue

if TYPE_CHECKING:
    from ax.core.experiment import Experiment
    from ax.generation_strategy.generation_strategy import GenerationStrategy

DEFAULT_N_INITIAL = 5  # Ax's own default
AUTO = "auto"
_DEVICE = re.compile(r"cpu|cuda(:\d+)?")


@dataclass(frozen=True, kw_only=True)
class Optimizer(ABC):
    """What proposes parameters.

    Attributes:
        first: Sets of parameters to try before anything is proposed, in this order. Parameters that the space
            fixes may be left out.
    """

    first: Sequence[Mapping[str, ParameterValue]] = ()

    @property
    def learns(self) -> bool:
        """Whether outcomes change what is proposed."""
        return False

    @property
    def n_ahead(self) -> int | None:
        """How many suggestions are made before a slot wants them; None to find that out."""
        return None

    @abstractmethod
    def exported_strategy(self, *, seed: int, slots: int) -> "GenerationStrategy":
        """Return a strategy that Ax can write, and read where this program is not.

        Args:
            seed: Seed of the quasi-random points.
            slots: Trials in flight at most.
        """

    def generation_strategy(
        self,
        experiment: "Experiment",
        fixed: Mapping[str, ParameterValue],
        *,
        seed: int,
        slots: int,
        is_begun: bool = False,
    ) -> "GenerationStrategy":
        """Return what proposes here.

        Args:
            experiment: For what.
            fixed: Parameters of the experiment that stay at one value.
            seed: Seed of the quasi-random points.
            slots: Trials in flight at most.
            is_begun: Whether there are trials already.
        """
        return self.exported_strategy(seed=seed, slots=slots)

    def n_initial_points(self, slots: int) -> int | None:
        """Return how many points come before a model; None without one.

        Args:
            slots: Trials in flight at most.
        """
        return None

    def check_devices(self) -> Iterator[Fault]:
        """Yield a fault for each device that is asked for and not there."""
        yield from ()

    def check_first(self, space: SearchSpace) -> Iterator[Fault]:
        """Yield what is wrong with :attr:`first` in ``space``."""
        if not isinstance(self.first, Sequence) or not all(isinstance(item, Mapping) for item in self.first):
            yield Fault(
                f"optimizer.first={self.first} is no list of parameter sets",
                "it takes a list of mappings",
                "Set optimizer.first=[{x1: 0, x2: 1}], or []",
            )
            return
        for position, parameters in enumerate(self.first):
            for fault in space.check_parameters(space.with_fixed(parameters)):
                yield fault._replace(what=f"optimizer.first[{position}]: {fault.what}")


@dataclass(frozen=True, kw_only=True)
class Bayes(Optimizer):
    """Bayesian optimisation: initial points, then a Gaussian process with BoTorch's acquisition.

    Attributes:
        n_initial: Points before the model, the centre and :attr:`first` among them; None for as many as there are
            slots, at least 5. Where trials run faster than outcomes come in, more initial points fill the slots.
        centre: Whether the first point is the centre of the space.
        torch_device: Where the model is fitted: ``cpu``, ``cuda``; None for torch's default.
        look_ahead: How many suggestions are made before a slot wants them; ``auto`` for the least number that keeps
            the slots busy (:mod:`hpo.optimizer.look_ahead`).

    Raises:
        InputError: If ``n_initial`` is below 1, ``torch_device`` is no name of a device, or ``look_ahead`` no number.
    """

    n_initial: int | None = None
    centre: bool = True
    torch_device: str | None = None
    look_ahead: int | str = AUTO

    @property
    def learns(self) -> bool:
        """They do."""
        return True

    @property
    def n_ahead(self) -> int | None:
        """Return :attr:`look_ahead` if it is a number."""
        return self.look_ahead if isinstance(self.look_ahead, int) else None

    def __post_init__(self) -> None:
        faults = []
        if self.n_initial is not None and self.n_initial < 1:
            faults.append(
                Fault(
                    f"optimizer.n_initial={self.n_initial} leaves the model without data",
                    "it takes 1 or more points, or null for as many as there are slots and at least 5",
                    "Set optimizer.n_initial=null",
                )
            )
        if self.torch_device is not None and not _DEVICE.fullmatch(self.torch_device):
            faults.append(
                Fault(
                    f"optimizer.torch_device={self.torch_device} is no device",
                    "it takes cpu, cuda, cuda:N, or null for torch's default",
                    "Set optimizer.torch_device=null",
                )
            )
        if self.look_ahead != AUTO and not (_is_whole(self.look_ahead) and int(self.look_ahead) >= 0):
            faults.append(
                Fault(
                    f"optimizer.look_ahead={self.look_ahead} is no number of suggestions",
                    f"it takes 0 or more, or {AUTO}",
                    f"Set optimizer.look_ahead={AUTO}",
                )
            )
        raise_faults(faults)

    def check_devices(self) -> Iterator[Fault]:
        """Yield a fault if the model is to be fitted on a GPU that is not there."""
        if self.torch_device is None or not self.torch_device.startswith("cuda"):
            return
        n_gpus = Machine.here(count_gpus=True).n_gpus
        wanted = int(self.torch_device.partition(":")[2] or 0)
        if wanted >= n_gpus:
            yield Fault(
                f"optimizer.torch_device={self.torch_device} is not on this machine",
                f"torch sees {n_gpus} GPUs",
                "Set optimizer.torch_device=cpu",
            )

    def n_initial_points(self, slots: int) -> int:
        """Return :attr:`n_initial`, or as many as there are slots and at least 5."""
        return self.n_initial or max(DEFAULT_N_INITIAL, slots)

    def exported_strategy(self, *, seed: int, slots: int) -> "GenerationStrategy":
        """Return Ax's own strategy."""
        from hpo.optimizer.strategies import ax_default  # noqa: PLC0415 - Ax takes seconds to import

        return ax_default(self.n_initial_points(slots), centre=self.centre, torch_device=self.torch_device, seed=seed)

    def generation_strategy(
        self,
        experiment: "Experiment",
        fixed: Mapping[str, ParameterValue],
        *,
        seed: int,
        slots: int,
        is_begun: bool = False,
    ) -> "GenerationStrategy":
        """Return the centre if asked for and nothing is there yet, then Sobol points, then the model."""
        from hpo.optimizer.strategies import ax_default, bounded  # noqa: PLC0415 - Ax takes seconds to import

        centre = self.centre and not is_begun
        n_initial = self.n_initial_points(slots)
        strategy = ax_default(n_initial, centre=centre, torch_device=self.torch_device, seed=seed)
        return bounded(strategy, experiment, fixed)


@dataclass(frozen=True, kw_only=True)
class Sobol(Optimizer):
    """A scrambled Sobol sequence: spread evenly, blind to outcomes."""

    def exported_strategy(self, *, seed: int, slots: int) -> "GenerationStrategy":
        """Return Sobol points only."""
        from hpo.optimizer.strategies import sobol  # noqa: PLC0415 - Ax takes seconds to import

        return sobol(seed)


@dataclass(frozen=True, kw_only=True)
class Random(Optimizer):
    """Points drawn uniformly and independently."""

    def exported_strategy(self, *, seed: int, slots: int) -> "GenerationStrategy":
        """Return uniform points only."""
        from hpo.optimizer.strategies import uniform  # noqa: PLC0415 - Ax takes seconds to import

        return uniform(seed)


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
