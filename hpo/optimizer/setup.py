"""What an :class:`~hpo.optimizer.ax_proposer.AxProposer` is made of, as a value that travels to another process."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hpo.objective import Objective
from hpo.optimizer.settings import Optimizer
from hpo.space import SearchSpace
from hpo.study.proposer import Past

if TYPE_CHECKING:
    from hpo.optimizer.ax_proposer import AxProposer


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The arguments of a proposer, and how many trials it will be asked for.

    Attributes:
        optimizer: How points are generated.
        space: What is searched.
        objective: What is sought.
        seed: Seed of every suggestion.
        slots: Trials in flight at most.
        n_left: How many trials will still be asked for.
        history: Earlier trials, by index, from 0 without gaps.
        n_threads: Threads for the model.
    """

    optimizer: Optimizer
    space: SearchSpace
    objective: Objective
    seed: int
    slots: int
    n_left: int
    history: Sequence[Past] = ()
    n_threads: int = 1

    def proposer(self) -> "AxProposer":
        """Return the proposer; Ax takes seconds to import."""
        from hpo.optimizer.ax_proposer import AxProposer  # noqa: PLC0415

        return AxProposer(
            self.optimizer,
            self.space,
            self.objective,
            seed=self.seed,
            slots=self.slots,
            history=self.history,
            n_threads=self.n_threads,
        )
