"""The Gaussian process of ``optimizer=bayes``: Ax's own, fitted from where an earlier fit ended, within bounds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import torch
from ax.core.experiment import Experiment
from ax.generators.torch.botorch_modular.surrogate import SurrogateSpec
from ax.generators.torch.botorch_modular.utils import ModelConfig
from botorch.exceptions.errors import ModelFittingError
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
    first m of them, where m is :func:`anchor` of n. So the suggestions depend on the observations, and not on
    which fits came before: a study that goes on is proposed what one without interruption is, if outcomes came in the
    same order. Anchors also lead out of a poor local optimum.

    BoTorch calls :meth:`custom_fit` where a model has one, and Ax makes the model of the class that its
    ``ModelConfig`` names: both are their documented ways.

    Attributes:
        memory: The last anchor: its hyperparameters, by the observations that it was fitted to; None if they cannot be
            fitted. Each metric has one, since each has a class of its own.
    """

    memory: "dict[bytes, State | None]"

    def custom_fit(self, mll: MarginalLogLikelihood, **_: Any) -> MarginalLogLikelihood:
        """Fit the hyperparameters by the marginal likelihood and return ``mll``, in evaluation mode.

        Raises:
            botorch.exceptions.errors.ModelFittingError: If they cannot be fitted.
        """
        mll.train()
        if (state := self._anchored(mll)) is not None:
            parameters = dict(self.named_parameters())
            with torch.no_grad():
                for name, value in state.items():
                    parameters[name].copy_(value)
        return _fitted(mll)

    def _anchored(self, mll: MarginalLogLikelihood) -> State | None:
        m = anchor(self.train_targets.shape[-1])
        if not m:
            return None
        (inputs,) = self.train_inputs
        inputs, targets = inputs[..., :m, :], _standardized(self.train_targets[..., :m])
        # Targets are standardized with all observations, and so differ in the last digits from fit to fit.
        key = b"".join(part.cpu().numpy().tobytes() for part in (inputs, targets.mul(1e6).round()))
        if key not in self.memory:
            self.memory.clear()
            self.memory[key] = _fitted_to(mll, inputs, targets)
        return self.memory[key]


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


def _fitted_to(mll: MarginalLogLikelihood, inputs: torch.Tensor, targets: torch.Tensor) -> State | None:
    """Return the hyperparameters fitted to these observations, from the beginning; None if that cannot be done."""
    part = deepcopy(mll)
    part.model.set_train_data(inputs, targets, strict=False)
    try:
        _fitted(part)
    except ModelFittingError:
        return None
    return {name: _rounded(value.detach()) for name, value in part.model.named_parameters()}


def _standardized(values: torch.Tensor) -> torch.Tensor:
    return (values - values.mean(-1, keepdim=True)) / values.std(-1, keepdim=True).clamp_min(1e-8)


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
