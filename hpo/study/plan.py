"""What a study was asked to do, in numbers."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """The size of a study.

    Attributes:
        name: The study's name; also its directory below ``outputs/``.
        num_trials: Trials in total.
        slots: Trials in flight at most.
        seed: Seed of the suggestions and of the trials.
        arguments: The command line that asked for it, without the study's name and how it was opened.
    """

    name: str
    num_trials: int
    slots: int
    seed: int
    arguments: tuple[str, ...] = ()

    def trial_seed(self, index: int) -> int:
        """Return the seed of trial ``index``: 31 bits, the same for the same study seed and index."""
        digest = hashlib.sha256(f"{self.seed}/{index}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1
