"""What a study was asked to do, in numbers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from hpo.task import ParameterValue


@dataclass(frozen=True)
class Plan:
    """The size of a study.

    Attributes:
        name: The study's name; also its directory below ``outputs/``.
        num_trials: Trials in total.
        slots: Trials in flight at most.
        seed: Seed of the suggestions and of the trials.
        arguments: The command line that asked for it, without the study's name and how it was opened.
        trial_seeds: Seeds of the first trials that are set; the others follow from :attr:`seed`.
        baseline: The task's own defaults, if they are tried first to be compared with; else None.
    """

    name: str
    num_trials: int
    slots: int
    seed: int
    arguments: tuple[str, ...] = ()
    trial_seeds: tuple[int, ...] = ()
    baseline: Mapping[str, ParameterValue] | None = field(default=None, hash=False)

    def trial_seed(self, index: int) -> int:
        """Return the seed of trial ``index``: one that is set, or 31 bits that follow from study seed and index."""
        if index < len(self.trial_seeds):
            return self.trial_seeds[index]
        digest = hashlib.sha256(f"{self.seed}/{index}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1
