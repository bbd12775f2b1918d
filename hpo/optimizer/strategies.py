"""Ax generation strategies, one a choice of the ``optimizer`` group."""

import sys
from collections.abc import Mapping
from typing import Any

from ax.adapter.registry import Generators
from ax.api.utils.generation_strategy_dispatch import choose_generation_strategy
from ax.api.utils.structs import GenerationStrategyDispatchStruct
from ax.core.experiment import Experiment
from ax.core.parameter import ParameterType, RangeParameter
from ax.generation_strategy.generation_strategy import GenerationNode, GenerationStrategy
from ax.generation_strategy.generator_spec import GeneratorSpec

from hpo.optimizer.surrogate import surrogate_spec
from hpo.task import ParameterValue

MODEL = "MBM"  # Ax's name for the node with the model

# Of the search for the best point of the acquisition function, with Ax's own value in brackets.
N_RAW_SAMPLES = 256  # points at which it begins to look [1024]
N_RESTARTS = 8  # of them, those from which it climbs [20]
N_ITERATIONS = 50  # of each climb, at most [2000]
TOLERANCE = 1e-3  # of the logarithm of the improvement, relative, at which a climb ends [2e-9]
N_BURN_IN = 1000  # steps of the random walk with which it begins where there are linear constraints [10 000]


def ax_default(n_initial: int, *, centre: bool, torch_device: str | None, seed: int) -> GenerationStrategy:
    """Return Ax's own strategy: centre, Sobol, then BoTorch.

    The initial points may exceed ``n_initial``: with all of them in flight and no outcome yet, another Sobol point
    fills a slot where Ax by default raises ``DataRequiredError``.
    """
    return choose_generation_strategy(
        struct=GenerationStrategyDispatchStruct(
            method="fast",
            initialization_budget=n_initial,
            initialization_random_seed=seed,
            initialize_with_center=centre,
            allow_exceeding_initialization_budget=True,
            torch_device=torch_device,
        )
    )


def bounded(
    strategy: GenerationStrategy, experiment: Experiment, fixed: Mapping[str, ParameterValue]
) -> GenerationStrategy:
    """Return ``strategy`` with a bounded fit of its model and a bounded search for the best point.

    Args:
        strategy: Ax's own, which is changed.
        experiment: What it will propose for; its metrics are modelled.
        fixed: Parameters of the experiment that stay at one value.
    """
    (model,) = strategy.nodes_by_name[MODEL].generator_specs
    model.generator_kwargs["surrogate_spec"] = surrogate_spec(experiment)
    model.generator_gen_kwargs["model_gen_options"] = {"optimizer_kwargs": _search_options(experiment, fixed)}
    return strategy


def _search_options(experiment: Experiment, fixed: Mapping[str, ParameterValue]) -> Mapping[str, Any]:
    options: dict[str, Any] = {"raw_samples": N_RAW_SAMPLES, "num_restarts": N_RESTARTS}
    space = experiment.search_space
    varying = (parameter for name, parameter in space.parameters.items() if name not in fixed)
    if all(_is_continuous(parameter) for parameter in varying):  # searches among discrete points take other options
        climb = (
            {"n_burnin": N_BURN_IN} if space.parameter_constraints else {"factr": TOLERANCE / sys.float_info.epsilon}
        )
        options["options"] = {"maxiter": N_ITERATIONS, "init_batch_limit": N_RAW_SAMPLES, **climb}
    return options


def _is_continuous(parameter: object) -> bool:
    return isinstance(parameter, RangeParameter) and parameter.parameter_type is ParameterType.FLOAT


def sobol(seed: int) -> GenerationStrategy:
    """Return a scrambled Sobol sequence without end."""
    return _single_node(Generators.SOBOL, seed)


def uniform(seed: int) -> GenerationStrategy:
    """Return independent uniform points without end."""
    return _single_node(Generators.UNIFORM, seed)


def _single_node(generator: Generators, seed: int) -> GenerationStrategy:
    spec = GeneratorSpec(generator_enum=generator, generator_kwargs={"seed": seed})
    node = GenerationNode(name=generator.value, generator_specs=[spec], should_deduplicate=True)
    return GenerationStrategy(name=generator.value, nodes=[node])
