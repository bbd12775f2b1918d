"""Ax generation strategies, one a choice of the ``optimizer`` group."""

from ax.adapter.registry import Generators
from ax.api.utils.generation_strategy_dispatch import choose_generation_strategy
from ax.api.utils.structs import GenerationStrategyDispatchStruct
from ax.generation_strategy.generation_strategy import GenerationNode, GenerationStrategy
from ax.generation_strategy.generator_spec import GeneratorSpec


def bayes(*, n_initial: int, centre: bool, torch_device: str | None, seed: int) -> GenerationStrategy:
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
