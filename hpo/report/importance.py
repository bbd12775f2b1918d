"""How much of the objective's variance each parameter has a part in, and how sure the model is of that."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from ax.adapter.torch import TorchAdapter
from ax.utils.sensitivity.sobol_measures import ax_parameter_sens
from botorch.sampling.normal import SobolQMCNormalSampler

from hpo.objective import OBJECTIVE_METRIC
from hpo.report.page import Figure, titled
from hpo.report.sobol import total_indices
from hpo.space import Choice
from hpo.space.parameter import Parameter

N_POINTS = 2048  # of the space, at which the samples of the model are drawn jointly: the cost is cubic
N_SAMPLES = 64  # functions that the data allows, drawn from the model
RISES, FALLS, UNORDERED = "#d1495b", "#2a78b8", "#7d8b99"


@dataclass(frozen=True)
class Importance:
    """A parameter's total Sobol index; see :mod:`hpo.report.sobol`.

    Attributes:
        share: The mean of the index over functions drawn from the model: the share of the variance, 0 to 1.
        deviation: Its standard deviation over them.
        rises: Whether the predicted objective rises with the parameter, on average over the space.
    """

    share: float
    deviation: float
    rises: bool


def importance_of(adapter: TorchAdapter) -> Mapping[str, Importance]:
    """Return the importance of the parameters that vary, largest first, with a model that was fitted."""
    generator = adapter.generator
    surrogate, digest = generator.surrogate, generator.search_space_digest
    model = surrogate.model
    if model.num_outputs > 1:
        model = model.subset_output([surrogate.outcomes.index(OBJECTIVE_METRIC)])
    bounds = torch.tensor(digest.bounds, dtype=torch.double, device=next(model.parameters()).device).T
    sampler = SobolQMCNormalSampler(torch.Size([N_SAMPLES]), seed=0)
    n_points = 2 ** int(math.log2(max(16, N_POINTS // (bounds.shape[-1] + 2))))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of linear_operator, about what it adds to a covariance to draw from it
        indices = total_indices(
            lambda points: sampler(model.posterior(points)).squeeze(-1), bounds, digest.discrete_choices, n_points
        )
    signs = _signed(adapter)
    found = {
        name: Importance(share, deviation, signs[name] > 0)
        for name, share, deviation in zip(
            digest.feature_names, indices.mean(dim=0).tolist(), indices.std(dim=0).tolist(), strict=True
        )
    }
    return dict(sorted(found.items(), key=lambda item: -item[1].share))


def importance_chart(importance: Mapping[str, Importance], parameters: Sequence[Parameter]) -> Figure:
    """Return the indices as bars with two standard deviations; the colour says whether the objective rises.

    Args:
        importance: By the parameter's name.
        parameters: Those that vary; some have no order along which anything could rise.
    """
    unordered = {each.name for each in parameters if isinstance(each, Choice) and not each.ordered}
    colours = [UNORDERED if name in unordered else _colour(each) for name, each in importance.items()]
    shares = [each.share for each in importance.values()]
    errors = [2 * each.deviation for each in importance.values()]
    below = [min(error, share) for error, share in zip(errors, shares, strict=True)]
    above = [max(0.0, min(error, 1.0 - share)) for error, share in zip(errors, shares, strict=True)]
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": shares,
        "y": list(importance),
        "error_x": {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": UNORDERED},
        "marker": {"color": colours},
    }
    layout = {
        "xaxis": {**titled("total Sobol index"), "rangemode": "tozero"},
        "yaxis": {"autorange": "reversed", "automargin": True},
        "height": 120 + 28 * len(importance),
    }
    return {"data": [bars], "layout": layout}


def _signed(adapter: TorchAdapter) -> Mapping[str, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = ax_parameter_sens(adapter, metrics=[OBJECTIVE_METRIC], order="total", num_mc_samples=2**10)
    return {name: float(size) for name, size in found[OBJECTIVE_METRIC].items()}


def _colour(importance: Importance) -> str:
    return RISES if importance.rises else FALLS
