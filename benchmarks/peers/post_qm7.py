"""HIP-NN on QM7, the post's way: each trial reads the data and calls hippynn's ``setup_and_train``.

The option ``task`` is the config of ``task=qm7``, so that network, losses and training are those of this program's
task. The script behind the post lets hippynn draw its plots, and so does this.
"""

from typing import Any

import hippynn
import torch
from ray.air import session

from benchmarks.peers import post_loop
from benchmarks.peers.job import given, noted, report
from tasks.qm7 import settings
from tasks.qm7.metrics import STOPPING_KEY
from tasks.qm7.network import Assembled, assembled

BOUNDS = {"dist_soft_min": [0.5, 1.5], "dist_soft_max": [3.0, 20.0], "dist_hard_max": [5.0, 40.0]}
CONSTRAINTS = ("dist_soft_min <= dist_soft_max", "dist_soft_max <= dist_hard_max")


def training(task: dict[str, Any], parameters: dict[str, Any]) -> float:
    """Train one network in the current directory and return its best validation loss, kcal/mol."""
    network_settings = settings.Network(**{**task["network"], **parameters})
    with hippynn.tools.log_terminal("training_log.txt", "wt"):
        network = assembled(network_settings, settings.Loss(**task["loss"]), plot_every=task["training"]["max_epochs"])
        database = hippynn.databases.DirectoryDatabase(
            directory=task["data"],
            name="qm7",
            inputs=network.inputs,
            targets=network.targets,
            **task["split"],
        )
        hippynn.hierarchical_energy_initialization(network.energy, database, trainable_after=False)
        tracker = hippynn.experiment.setup_and_train(
            training_modules=network.modules,
            database=database,
            setup_params=hippynn.experiment.SetupParams(controller=_controller(task, network), device="cpu"),
        )
    return float(tracker.best_metric_values["valid"]["Loss"])


def trial(config: dict[str, Any]) -> None:
    """Evaluate one trial."""
    job = given()
    with noted(job):
        loss = training(job.options["task"], config)
    session.report({post_loop.METRIC: loss})


def main() -> None:
    """Run them."""
    parameters = [
        {"name": name, "type": "range", "bounds": bounds, "value_type": "float"} for name, bounds in BOUNDS.items()
    ]
    post_loop.tuned(given(), trial, parameters, CONSTRAINTS)
    report()


def _controller(task: dict[str, Any], network: Assembled) -> Any:
    controllers = hippynn.experiment.controllers
    optimizer = torch.optim.Adam(network.modules.model.parameters(), **task["optimizer"])
    scheduler = controllers.RaiseBatchSizeOnPlateau(optimizer, **task["scheduler"])
    return controllers.PatienceController(
        optimizer=optimizer, scheduler=scheduler, stopping_key=STOPPING_KEY, **task["training"]
    )


if __name__ == "__main__":
    main()
