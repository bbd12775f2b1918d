"""One trial: a network is built, trained and judged in the current working directory."""

import copy
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from hpo.task import Metrics, ParameterValue, TrialContext
from tasks.qm7 import checkpoint
from tasks.qm7.backend import hippynn
from tasks.qm7.database import database
from tasks.qm7.folder import DataFolder
from tasks.qm7.isolation import chosen_device, isolated
from tasks.qm7.metrics import STOPPING_KEY, named
from tasks.qm7.network import Assembled, assembled
from tasks.qm7.task import QM7


@dataclass(frozen=True)
class _Run:
    """A training run of hippynn, ready to start or to go on.

    Attributes:
        modules: Model, loss and evaluator.
        database: The molecules.
        state: What changes in training.
    """

    modules: Any
    database: Any
    state: checkpoint.TrainingState


def train(task: QM7, parameters: Mapping[str, ParameterValue], context: TrialContext) -> Metrics:
    """Train one network; all files go to the current working directory.

    Args:
        task: The settings, the trial's parameters already among them.
        parameters: Those parameters, by which a checkpoint is told from another trial's.
        context: The trial.

    Returns:
        The metrics of :mod:`tasks.qm7.metrics`.

    Raises:
        ValueError: If the checkpoint to go on from is not this trial's.
    """
    seed = context.seed if task.seed is None else task.seed
    made_for = checkpoint.identity(parameters, seed)
    device = chosen_device(task.device, has_gpu=context.has_gpu)
    with isolated(device, task.precision, seed=seed, n_threads=context.n_threads):
        run = _set_up(task, device)
        hippynn.experiment.serialization.create_structure_file(run.modules, run.database, run.state.controller)
        if context.checkpoint is not None:
            run.state.restore(context.checkpoint, context.directory, made_for)
        _loop(run, _epoch_end(task, run.state, context, made_for))
        return _judged(task, run)


def _set_up(task: QM7, device: torch.device) -> _Run:
    folder = DataFolder(task.data)
    # Printed, for the trial's log is its standard output; synthetic data must show there.
    print(f"QM7 data: {folder.read_manifest()}")  # noqa: T201
    plot_every = task.training.max_epochs if task.plots else None  # the first epoch, and always the end
    network = assembled(task.network, task.loss, plot_every=plot_every)
    molecules = database(folder, task.split, network.inputs, network.targets, pin_memory=device.type == "cuda")
    hippynn.hierarchical_energy_initialization(network.energy, molecules, trainable_after=False)
    modules, controller, tracker = hippynn.setup_training(
        network.modules, hippynn.experiment.SetupParams(controller=_controller(task, network), device=device)
    )
    return _Run(modules, molecules, checkpoint.TrainingState(modules.model, controller, tracker))


def _controller(task: QM7, network: Assembled) -> Any:
    controllers = hippynn.experiment.controllers
    optimizer = torch.optim.Adam(network.modules.model.parameters(), lr=task.optimizer.lr)
    with warnings.catch_warnings():
        # hippynn 0.1.3 warns of an argument `verbose` whether or not it is given.
        warnings.filterwarnings("ignore", message="Parameter verbose no longer supported", category=UserWarning)
        scheduler = controllers.RaiseBatchSizeOnPlateau(
            optimizer,
            max_batch_size=task.scheduler.max_batch_size,
            factor=task.scheduler.factor,
            patience=task.scheduler.patience,
            threshold=task.scheduler.threshold,
        )
    return controllers.PatienceController(
        optimizer=optimizer,
        scheduler=scheduler,
        batch_size=task.training.batch_size,
        eval_batch_size=task.training.eval_batch_size,
        max_epochs=task.training.max_epochs,
        termination_patience=task.training.termination_patience,
        fraction_train_eval=task.training.fraction_train_eval,
        stopping_key=STOPPING_KEY,
    )


def _epoch_end(
    task: QM7, state: checkpoint.TrainingState, context: TrialContext, made_for: str
) -> Callable[[int, bool], None]:
    """Return what is done after each epoch: a checkpoint when one is due, and a report."""

    def callback(epoch: int, is_better: bool) -> None:
        if is_better:
            # hippynn keeps the best model only after the callbacks; this epoch's checkpoint needs it now.
            state.tracker.best_model = copy.deepcopy(state.model.state_dict())
        n_epochs = epoch + 1
        is_due = n_epochs % task.checkpoint_every == 0
        if is_due:
            state.save(context.directory / checkpoint.FILE, made_for)
        values = state.tracker.epoch_metric_values[-1]
        metrics = {**named("valid", values["valid"]), "train_loss": values["train"]["Loss"], **_costs(state, n_epochs)}
        context.report(n_epochs, metrics, checkpoint=checkpoint.FILE if is_due else None)

    return callback


def _loop(run: _Run, callback: Callable[[int, bool], None]) -> None:
    controller = run.state.controller
    # hippynn's loop runs at least one epoch, and a checkpoint may be that of the last.
    if controller.current_epoch >= controller.max_epochs:
        return
    hippynn.experiment.routines.training_loop(
        training_modules=run.modules,
        database=run.database,
        controller=controller,
        metric_tracker=run.state.tracker,
        callbacks=[callback],
        batch_callbacks=None,
        store_all_better=False,
        store_best=True,
        store_every=0,
        quiet=False,
    )


def _judged(task: QM7, run: _Run) -> dict[str, float]:
    """Go back to the best model and evaluate it on all molecules: hippynn's train_model without its plots."""
    model, tracker = run.state.model, run.state.tracker
    model.load_state_dict(tracker.best_model)
    if task.plots:
        tracker.plot_over_time()
    hippynn.test_model(
        run.database,
        run.modules.evaluator,
        task.training.eval_batch_size,
        "FinalTraining",
        metric_tracker=tracker,
    )
    torch.save(tracker, Path("training_metrics.pt"))
    final = tracker.other_metric_values["FinalTraining"]
    return {
        **named("valid", final["valid"]),
        **named("test", final["test"]),
        **_costs(run.state, tracker.current_epoch),
    }


def _costs(state: checkpoint.TrainingState, n_epochs: int) -> dict[str, float]:
    """Return what it has taken so far; in each report, so that an objective with costs can be compared early."""
    return {
        "epochs": float(n_epochs),
        "n_parameters": float(sum(p.numel() for p in state.model.parameters() if p.requires_grad)),
        "train_s": float(sum(state.tracker.epoch_times)),
    }
