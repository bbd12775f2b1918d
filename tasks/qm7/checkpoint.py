"""A checkpoint from which training goes on as if it had never stopped."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from hpo.atomic import replace_atomically
from hpo.task import ParameterValue
from tasks.qm7.backend import hippynn

FILE = "checkpoint.pt"


def identity(parameters: Mapping[str, ParameterValue], seed: int) -> str:
    """Return what tells the trial of a checkpoint from others: its parameters and its seed."""
    return json.dumps({"parameters": dict(parameters), "seed": seed}, sort_keys=True)


@dataclass(frozen=True)
class TrainingState:
    """Everything that changes while a network is trained.

    Batches and subsamples are drawn from torch's generator on the CPU (the data loaders have none of their
    own), so its state is theirs.

    Attributes:
        model: hippynn's model.
        controller: hippynn's controller, with optimiser and scheduler.
        tracker: hippynn's metric tracker, with the best model.
    """

    model: Any
    controller: Any
    tracker: Any

    def save(self, path: Path, made_for: str) -> None:
        """Write a checkpoint to ``path``, all of it or nothing.

        Args:
            path: A file in the trial's directory.
            made_for: The :func:`identity` of the trial.
        """
        state = {
            "made_for": made_for,
            "model": self.model.state_dict(),
            "controller": self.controller.state_dict(),
            # Plain values instead of the object: so torch reads the file without running code from it.
            "tracker": vars(self.tracker),
            "torch_rng_state": torch.random.get_rng_state(),
        }
        replace_atomically(path, lambda temporary: torch.save(state, temporary))

    def restore(self, path: Path, directory: Path, made_for: str) -> None:
        """Go back to the checkpoint at ``path``.

        Args:
            path: The checkpoint.
            directory: The trial's directory, from which alone checkpoints are read.
            made_for: The :func:`identity` of the trial.

        Raises:
            ValueError: If the checkpoint lies elsewhere or was made for another trial.
        """
        if not path.resolve().is_relative_to(directory.resolve()):
            raise ValueError(
                f"The checkpoint {path} lies outside {directory} (a trial reads only what its own directory "
                f"holds). Start the trial anew, without a checkpoint."
            )
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["made_for"] != made_for:
            raise ValueError(
                f"The checkpoint {path} was made for {state['made_for']}, and this trial is {made_for} (they "
                f"must be the same). Start the trial anew, without a checkpoint."
            )
        self._load(state)
        self._write_best()

    def _load(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.controller.load_state_dict(state["controller"])
        # hippynn 0.1.3: RaiseBatchSizeOnPlateau.load_state_dict takes best_metric from "boredom", so that
        # after a restart hardly an epoch would count as better and the batch size would grow too early.
        for scheduler, saved in zip(self.controller.scheduler_list, state["controller"]["scheduler"], strict=True):
            scheduler.best_metric = saved["best_metric"]
        vars(self.tracker).update(state["tracker"])
        torch.random.set_rng_state(state["torch_rng_state"])

    def _write_best(self) -> None:
        """Write hippynn's files of the best model again.

        hippynn writes them after the callbacks of an epoch and not atomically: an interruption there leaves
        them absent, old or broken.
        """
        replace_atomically(Path("best_model.pt"), lambda path: torch.save(self.tracker.best_model, path))
        if self.controller.boredom == 0:  # the epoch of the checkpoint is the best one
            state = hippynn.experiment.serialization.create_state(self.model, self.controller, self.tracker)
            replace_atomically(Path("best_checkpoint.pt"), lambda path: torch.save(state, path))
