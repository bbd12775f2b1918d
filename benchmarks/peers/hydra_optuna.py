"""Hydra's Optuna sweeper with its joblib launcher: as many jobs in a batch, and as many processes, as slots."""

import sys

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from benchmarks.peers.job import NAMES, evaluate, given, report

ConfigStore.instance().store(name="config", node=dict.fromkeys(NAMES, 0.5))


@hydra.main(version_base="1.3", config_path=None, config_name="config")
def objective(config: DictConfig) -> float:
    """Evaluate one trial."""
    return evaluate([float(config[name]) for name in NAMES])


def main() -> None:
    """Sweep as the command line of a Hydra application would."""
    job = given()
    sys.argv[1:] = [
        "--multirun",
        "hydra/sweeper=optuna",
        "hydra/sweeper/sampler=random",
        "hydra/launcher=joblib",
        f"hydra.launcher.n_jobs={job.slots}",
        f"hydra.sweeper.n_jobs={job.slots}",
        f"hydra.sweeper.n_trials={job.n_trials}",
        *(f"{name}=interval(0,1.0)" for name in NAMES),
    ]
    objective()
    report()


if __name__ == "__main__":
    main()
