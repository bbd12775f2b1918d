"""Ray Tune with Optuna's search, as it comes or, with the option ``is_tuned``, as its documentation allows.

Tuned means workers that are used again (``reuse_actors``) and as many pending trials as slots, where a searcher
otherwise has one.
"""

import os
from typing import Any

import optuna
import ray
from ray import tune
from ray.tune.search.optuna import OptunaSearch

from benchmarks.peers.job import NAMES, evaluate, given, report


def objective(config: dict[str, Any]) -> None:
    """Evaluate one trial."""
    tune.report({"value": evaluate([float(config[name]) for name in NAMES])})


def main() -> None:
    """Run the trials on a local Ray that has a processor a slot and listens on loopback only."""
    job = given()
    is_tuned = bool(job.options["is_tuned"])
    if is_tuned:
        os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(job.slots)
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    ray.init(
        address="local",
        num_cpus=job.slots,
        include_dashboard=False,
        log_to_driver=False,
        _node_ip_address="127.0.0.1",
    )
    tune.Tuner(
        objective,
        param_space={name: tune.uniform(0.0, 1.0) for name in NAMES},
        tune_config=tune.TuneConfig(
            metric="value",
            mode="min",
            search_alg=OptunaSearch(sampler=optuna.samplers.RandomSampler(0)),
            num_samples=job.n_trials,
            max_concurrent_trials=job.slots,
            reuse_actors=is_tuned,
        ),
        run_config=tune.RunConfig(storage_path=os.path.abspath("results"), verbose=0),  # noqa: PTH100 - Ray wants a text
    ).fit()
    ray.shutdown()
    report()


if __name__ == "__main__":
    main()
