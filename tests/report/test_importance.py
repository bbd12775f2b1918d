"""Importance of the parameters, on functions whose total Sobol indices are known."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
import torch
from ax.adapter.registry import Generators
from ax.core.experiment import Experiment
from botorch.utils.sampling import draw_sobol_samples
from torch import Tensor

from hpo.objective import OBJECTIVE_METRIC, build_objective
from hpo.optimizer import ax_client, ax_trials
from hpo.optimizer.surrogate import surrogate_spec
from hpo.report.importance import importance_of
from hpo.report.sobol import independent_samples, total_indices
from hpo.space import build_space

UNIT_CUBE = torch.tensor([[0.0] * 3, [1.0] * 3], dtype=torch.double)
SPACE: dict[str, dict[str, object]] = {name: {"type": "range", "bounds": [0.0, 1.0]} for name in ("x0", "x1", "x2")}
FUNCTIONS: list[tuple[Callable[[Tensor], Tensor], Sequence[float]]] = [
    (lambda x: x[:, 0], (1.0, 0.0, 0.0)),
    (lambda x: x[:, 1], (0.0, 1.0, 0.0)),
    (lambda x: x[:, 0] + x[:, 1], (0.5, 0.5, 0.0)),
    (lambda x: (x[:, 0] - 0.5) * (x[:, 2] - 0.5), (1.0, 0.0, 1.0)),
]


@pytest.mark.parametrize(("function", "indices"), FUNCTIONS)
def test_the_indices_are_those_of_the_function(function: Callable[[Tensor], Tensor], indices: Sequence[float]) -> None:
    """Whichever the input: of sums the share of the variance, of a product all of it for both factors."""
    (found,) = total_indices(lambda x: function(x)[None], UNIT_CUBE, {}, 256).tolist()
    assert found == pytest.approx(indices, abs=0.03)


def test_both_samples_have_only_the_values_that_there_are() -> None:
    """Inputs with some values only have each of them equally often, and the samples do not depend on each other."""
    first, second = independent_samples(UNIT_CUBE * 4, {1: [0, 1, 4]}, 256)
    for sample in (first, second):
        counts = Counter(sample[:, 1].tolist())
        assert counts == pytest.approx({0.0: 85.3, 1.0: 85.3, 4.0: 85.3}, abs=2)
    correlations = torch.corrcoef(torch.cat([first, second], dim=-1).T) - torch.eye(6)
    assert float(correlations.abs().max()) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize(("function", "indices"), FUNCTIONS[1:3])
def test_a_model_of_a_known_function_gives_its_indices(
    function: Callable[[Tensor], Tensor], indices: Sequence[float]
) -> None:
    """Fitted to twenty points without noise, which leave little else: those that matter come first and rise."""
    experiment = tried(function)
    adapter = Generators.BOTORCH_MODULAR(experiment=experiment, surrogate_spec=surrogate_spec(experiment))
    found = importance_of(adapter)
    assert [found[name].share for name in SPACE] == pytest.approx(indices, abs=0.05)
    leading = {name for name, index in zip(SPACE, indices, strict=True) if index > 0}
    assert set(list(found)[: len(leading)]) == leading
    assert all(found[name].rises for name in leading)


def tried(function: Callable[[Tensor], Tensor]) -> Experiment:
    """Return an experiment with 20 trials of a function."""
    experiment = ax_client.experiment_of(
        ax_client.configured(build_space(SPACE), [], build_objective("loss", "minimize", ()), seed=0)
    )
    points = draw_sobol_samples(UNIT_CUBE, n=20, q=1, seed=7).squeeze(1)
    for index, point in enumerate(points.tolist()):
        ax_trials.add_running(experiment, index, dict(zip(SPACE, point, strict=True)))
    ax_trials.tell(experiment, {n: {OBJECTIVE_METRIC: value} for n, value in enumerate(function(points).tolist())})
    return experiment
