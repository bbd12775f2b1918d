"""The post's way: Ray's ``AxSearch`` around an ``AxClient``, a limiter, and a file of the client after each trial.

Written from what the post describes. It gives each trial a GPU, so Ray is told of as many as there are slots, and
counts them. Nothing else is set: Ray 2.6.3 uses a worker again for functions, and starts one trial at a time.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ray
from ax.service.ax_client import AxClient
from ax.service.utils.instantiation import ObjectiveProperties
from ray import air, tune
from ray.tune.logger import JsonLoggerCallback, LoggerCallback
from ray.tune.search import ConcurrencyLimiter
from ray.tune.search.ax import AxSearch

from benchmarks.peers.job import Job

METRIC = "Metric"


class SavedClient(LoggerCallback):
    """Saves the client and its table after each trial that ends.

    Args:
        client: What is saved.
    """

    def __init__(self, client: AxClient) -> None:
        super().__init__()
        self._client = client

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        """Write both files into the directory where the program runs."""
        self._client.save_to_json_file(filepath="hyperopt_ray.json")
        self._client.get_trials_data_frame().sort_values(METRIC).to_csv("hyperopt.csv")


def tuned(
    job: Job,
    evaluate: Callable[[dict[str, Any]], None],
    parameters: Sequence[Mapping[str, Any]],
    constraints: Sequence[str] = (),
) -> None:
    """Run the job's trials.

    Args:
        job: Trials and slots; the option ``n_sobol`` says how many points come before the model, None for Ax's choice.
        evaluate: The trainable, which reports :data:`METRIC`.
        parameters: The space in Ax's list form.
        constraints: Linear inequalities.
    """
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    ray.init(
        address="local",
        num_cpus=job.slots,
        num_gpus=job.slots,
        runtime_env={"working_dir": "."},
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
    )
    client = _client(job, parameters, constraints)
    tune.Tuner(
        tune.with_resources(evaluate, resources={"gpu": 1}),
        tune_config=tune.TuneConfig(
            search_alg=ConcurrencyLimiter(AxSearch(ax_client=client), max_concurrent=job.slots),
            num_samples=job.n_trials,
        ),
        run_config=air.RunConfig(
            local_dir=os.path.abspath("trials"),  # noqa: PTH100 - Ray wants a text
            verbose=0,
            callbacks=[SavedClient(client), JsonLoggerCallback()],
            log_to_file=True,
        ),
    ).fit()
    ray.shutdown()


def _client(job: Job, parameters: Sequence[Mapping[str, Any]], constraints: Sequence[str]) -> AxClient:
    client = AxClient(verbose_logging=False, enforce_sequential_optimization=False)
    n_sobol = job.options.get("n_sobol")
    client.create_experiment(
        name="benchmark",
        parameters=[dict(parameter) for parameter in parameters],
        objectives={METRIC: ObjectiveProperties(minimize=True)},
        parameter_constraints=list(constraints),
        immutable_search_space_and_opt_config=False,
        choose_generation_strategy_kwargs=None if n_sobol is None else {"num_initialization_trials": n_sobol},
    )
    return client
