"""One point, run several times: what stands in the place of suggestions then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hpo.errors import Fault, raise_faults
from hpo.space import SearchSpace
from hpo.task import ParameterValue

_N_SEEDS = 2**32  # what numpy takes


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """The parameters and the seeds of trials that are set, not suggested.

    Attributes:
        parameters: Those of every trial; None for suggestions. They may lie outside the space's ranges.
        seeds: Those of the trials, in their order; those beyond, and all if it is None, follow from the study's seed.

    Raises:
        InputError: If they are no parameters, or no different seeds.
    """

    parameters: Mapping[str, ParameterValue] | None = None
    seeds: Sequence[int] | None = None

    def __post_init__(self) -> None:
        raise_faults(self._faults())

    @property
    def trial_seeds(self) -> tuple[int, ...]:
        """The seeds, none if there are none."""
        return tuple(self.seeds or ())

    def check_space(self, space: SearchSpace) -> Iterator[Fault]:
        """Yield the names in which :attr:`parameters` differ from those of ``space``."""
        if self.parameters is None:
            return
        given = set(self.parameters)
        for name in sorted(given - set(space.names)):
            has = f"the space has {', '.join(space.names)}"
            yield Fault(f"repeat.parameters.{name} is no parameter of the space", has, f"Remove {name}")
        for name in [name for name in space.names if name not in {*given, *space.fixed}]:
            yield Fault(f"repeat.parameters lacks {name}", "a trial has all of them", f"Add {name}")

    def _faults(self) -> Iterator[Fault]:
        if self.parameters is not None and not isinstance(self.parameters, Mapping):
            allowed = "it takes a mapping, or null for suggestions"
            yield Fault(f"repeat.parameters={self.parameters} is no mapping", allowed, "Set repeat.parameters={x1: 0}")
        seeds = self.seeds
        if seeds is None:
            return
        if not isinstance(seeds, list | tuple) or not all(is_seed(seed) for seed in seeds):
            allowed = "it takes a list of whole numbers from 0 to 2**32 - 1, or null"
            yield Fault(f"repeat.seeds={seeds} is no list of seeds", allowed, "Set repeat.seeds=[1,2,3]")
        elif len(set(seeds)) < len(seeds):
            yield Fault(f"repeat.seeds={list(seeds)} has a seed twice", "it would give the same again", "Leave one out")


def is_seed(seed: object) -> bool:
    """Tell whether numpy takes ``seed``."""
    return isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed < _N_SEEDS
