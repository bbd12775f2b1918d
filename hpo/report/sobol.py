"""Total Sobol indices (I. M. Sobol (2001), Math. Comput. Simul. 55, 271) of functions of which samples are drawn.

Ax computes them too. With ``input_qmc`` it takes both of its samples of the space from the same dimensions of the
Sobol sequence: they depend on each other, and the index of f = x1 becomes 0.39 rather than 1.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from botorch.utils.sampling import draw_sobol_samples
from torch import Tensor

SEED = 1234  # of the scrambling


def total_indices(
    sample: Callable[[Tensor], Tensor], bounds: Tensor, choices: Mapping[int, Sequence[float]], n_points: int
) -> Tensor:
    """Return the total indices, functions by inputs, 0 to 1, with the estimator of M. J. W. Jansen (1999).

    Args:
        sample: Returns the values of functions, functions by points, at ``n_points * (inputs + 2)`` points.
        bounds: The lower and the upper bounds, 2 by inputs.
        choices: The values of inputs that have only some, by the number of the input.
        n_points: Of each of the two samples of the space; a power of two.
    """
    first, second = independent_samples(bounds, choices, n_points)
    exchanged = []
    for index in range(bounds.shape[-1]):
        points = first.clone()
        points[:, index] = second[:, index]
        exchanged.append(points)
    values = sample(torch.cat([first, second, *exchanged]))
    at_first, at_second, *at_exchanged = values.chunk(bounds.shape[-1] + 2, dim=-1)
    variance = torch.cat([at_first, at_second], dim=-1).var(dim=-1, keepdim=True)
    parts = torch.stack([(at_first - each).square().mean(dim=-1) / 2 for each in at_exchanged], dim=-1)
    return (parts / variance.clamp_min(torch.finfo(parts.dtype).tiny)).clamp_max(1.0)


def independent_samples(bounds: Tensor, choices: Mapping[int, Sequence[float]], n_points: int) -> tuple[Tensor, Tensor]:
    """Return two samples of the space, each points by inputs: the two halves of one Sobol sequence's dimensions.

    Args:
        bounds: As of :func:`total_indices`.
        choices: As of :func:`total_indices`.
        n_points: As of :func:`total_indices`.
    """
    unit_cube = torch.tensor([[0.0], [1.0]]).to(bounds).expand(2, 2 * bounds.shape[-1])
    unit = draw_sobol_samples(unit_cube, n=n_points, q=1, seed=SEED).squeeze(1)
    first, second = (_scaled(half, bounds, choices) for half in unit.chunk(2, dim=-1))
    return first, second


def _scaled(unit: Tensor, bounds: Tensor, choices: Mapping[int, Sequence[float]]) -> Tensor:
    scaled = bounds[0] + unit * (bounds[1] - bounds[0])
    for index, values in choices.items():
        known = torch.tensor(values).to(bounds)
        scaled[:, index] = known[(unit[:, index] * len(values)).long().clamp_max(len(values) - 1)]
    return scaled
