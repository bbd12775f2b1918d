"""Ax's client for a study."""

from collections.abc import Sequence

from ax.api.client import Client
from ax.core.experiment import Experiment

from hpo.objective import Objective
from hpo.optimizer import ax_space
from hpo.space import Parameter, SearchSpace


def configured(space: SearchSpace, freed: Sequence[Parameter], objective: Objective, seed: int) -> Client:
    """Return a client without trials.

    Args:
        space: What is searched; the parameters that vary are Ax's.
        freed: Parameters that are fixed in ``space`` and had other values before; they are Ax's too.
        objective: What is sought.
        seed: Seed of what the client suggests.
    """
    client = Client(random_seed=seed)
    client.configure_experiment(
        name="study",
        parameters=ax_space.parameter_configs([*space.parameters, *freed]),
        parameter_constraints=ax_space.constraint_texts(space),
    )
    client.configure_optimization(
        objective=ax_space.objective_text(objective),
        outcome_constraints=ax_space.outcome_constraint_texts(objective) or None,
    )
    return client


def experiment_of(client: Client) -> Experiment:
    """Return the experiment behind a client."""
    return client._experiment  # noqa: SLF001 - Client has no public way to it
