"""The choices of the ``optimizer`` group, as values; Ax is imported only when a study starts."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpo.errors import Fault, raise_faults
from hpo.resources import Machine
from hpo.space import SearchSpace
from hpo.task import ParameterValue

if TYPE_CHECKING:
    from ax.generation_strategy.generation_strategy import GenerationStrategy

DEFAULT_N_INITIAL = 5  # Ax's own default
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

    @abstractmethod
    def generation_strategy(self, seed: int, slots: int, *, is_begun: bool = False) -> "GenerationStrategy":
        """Return Ax's strategy.

        Args:
            seed: Seed of the quasi-random points.
            slots: Trials in flight at most.
            is_begun: Whether there are trials already.
        """

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

    Raises:
        InputError: If ``n_initial`` is below 1, or ``torch_device`` is no name of a device.
    """

    n_initial: int | None = None
    centre: bool = True
    torch_device: str | None = None

    @property
    def learns(self) -> bool:
        """They do."""
        return True

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

    def generation_strategy(self, seed: int, slots: int, *, is_begun: bool = False) -> "GenerationStrategy":
        """Return the centre if asked for and nothing is there yet, then Sobol points, then the model."""
        from hpo.optimizer.strategies import bayes  # noqa: PLC0415 - Ax takes seconds to import

        return bayes(
            n_initial=self.n_initial or max(DEFAULT_N_INITIAL, slots),
            centre=self.centre and not is_begun,
            torch_device=self.torch_device,
            seed=seed,
        )


@dataclass(frozen=True, kw_only=True)
class Sobol(Optimizer):
    """A scrambled Sobol sequence: spread evenly, blind to outcomes."""

    def generation_strategy(self, seed: int, slots: int, *, is_begun: bool = False) -> "GenerationStrategy":
        """Return Sobol points only."""
        from hpo.optimizer.strategies import sobol  # noqa: PLC0415 - Ax takes seconds to import

        return sobol(seed)


@dataclass(frozen=True, kw_only=True)
class Random(Optimizer):
    """Points drawn uniformly and independently."""

    def generation_strategy(self, seed: int, slots: int, *, is_begun: bool = False) -> "GenerationStrategy":
        """Return uniform points only."""
        from hpo.optimizer.strategies import uniform  # noqa: PLC0415 - Ax takes seconds to import

        return uniform(seed)
