"""The Gaussian process of ``optimizer=bayes``: Ax's own, fitted from where an earlier fit ended, within bounds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import torch
from ax.core.experiment import Experiment
from ax.generators.torch.botorch_modular.surrogate import SurrogateSpec
from ax.generators.torch.botorch_modular.utils import ModelConfig
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from gpytorch.mlls import MarginalLogLikelihood

State = Mapping[str, torch.Tensor]

# Of L-BFGS. More change the likelihood in digits that the data does not support; BoTorch's own are 15 000 and 2e-9.
MAX_ITERATIONS = 50
TOLERANCE = 1e-6
N_DIGITS = 4  # of the hyperparameters from which a fit begins, so that they do not hang on the last bits
_GROWTH = (1.0, 1.5)  # anchors are at these multiples of each power of two
_FIRST_ANCHOR = 8  # observations; below, a fit from the beginning takes few steps


def anchor(n_observations: int) -> int:
    """Return the largest of 0, 8, 12, 16, 24, 32, 48, … that is no more than ``n_observations``."""
    if n_observations < _FIRST_ANCHOR:
        return 0
    power = 1 << (n_observations.bit_length() - 1)
    return max(int(power * factor) for factor in _GROWTH if power * factor <= n_observations)


class AnchoredGP(SingleTaskGP):
    """The model that Ax would take, with a fit that begins near its end.

    A fit with n observations begins with the hyperparameters of its anchor, which is a fit from the beginning with the
    first m of them, where m is :func:`anchor` of n. So the suggestions depend on the observations alone, and not on
    which fits came before: a study that goes on is proposed what one without interruption is. Anchors also lead out of
    a poor local optimum.

    BoTorch calls :meth:`custom_fit` where a model has one, and Ax makes the model of the class that its
    ``ModelConfig`` names: both are their documented ways.

    Attributes:
        memory: The last anchor and its hyperparameters; one for each metric, since each has a class of its own.
    """

    memory: "dict[int, State]"

    def custom_fit(self, mll: MarginalLogLikelihood, **_: Any) -> MarginalLogLikelihood:
        """Fit the hyperparameters by the marginal likelihood and return ``mll``, in evaluation mode.

        Raises:
            botorch.exceptions.errors.ModelFittingError: If they cannot be fitted.
        """
        mll.train()
        m = anchor(self.train_targets.shape[-1])
        if m:
            if m not in self.memory:
                self.memory.clear()
                self.memory[m] = _fitted_to_first(mll, m)
            self._set(self.memory[m])
        return _fitted(mll)

    def _set(self, state: State) -> None:
        parameters = dict(self.named_parameters())
        with torch.no_grad():
            for name, value in state.items():
                parameters[name].copy_(value)


def surrogate_spec(experiment: Experiment) -> SurrogateSpec:
    """Return Ax's specification of the models, one for each metric of ``experiment``."""
    return SurrogateSpec(
        metric_to_model_configs={metric.signature: [_config(name)] for name, metric in experiment.metrics.items()}
    )


def _config(metric: str) -> ModelConfig:
    own = type(f"{AnchoredGP.__name__}_{metric}", (AnchoredGP,), {"memory": {}})
    return ModelConfig(botorch_model_class=own, name=AnchoredGP.__name__)


def _fitted(mll: MarginalLogLikelihood) -> MarginalLogLikelihood:
    with _as_its_base(mll.model):
        return fit_gpytorch_mll(
            mll,
            optimizer_kwargs={"options": {"maxiter": MAX_ITERATIONS, "ftol": TOLERANCE}},
            warning_handler=lambda _: True,  # that the iterations are over is no reason to begin anew
        )


def _fitted_to_first(mll: MarginalLogLikelihood, n_observations: int) -> State:
    """Return the hyperparameters fitted to the first observations, from the beginning."""
    part = deepcopy(mll)
    (inputs,) = part.model.train_inputs
    targets = part.model.train_targets[..., :n_observations]
    targets = (targets - targets.mean(-1, keepdim=True)) / targets.std(-1, keepdim=True).clamp_min(1e-8)
    part.model.set_train_data(inputs[..., :n_observations, :], targets, strict=False)
    _fitted(part)
    return {name: _rounded(value.detach()) for name, value in part.model.named_parameters()}


def _rounded(values: torch.Tensor) -> torch.Tensor:
    rounded = [float(f"{value:.{N_DIGITS}g}") for value in values.flatten().tolist()]
    return torch.tensor(rounded, dtype=values.dtype, device=values.device).view_as(values)


@contextmanager
def _as_its_base(model: AnchoredGP) -> Iterator[None]:
    """Let BoTorch see, in this block, a model without a fit of its own: its usual fit does the work."""
    own = type(model)
    model.__class__ = SingleTaskGP
    try:
        yield
    finally:
        model.__class__ = own
