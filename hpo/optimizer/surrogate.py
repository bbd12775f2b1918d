"""The Gaussian process of ``optimizer=bayes``: Ax's own, fitted on a scale on which few steps are enough."""

from collections.abc import Iterator, Mapping, Sequence
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
from botorch.optim.closures import get_loss_closure_with_grads
from botorch.optim.core import OptimizationResult, scipy_minimize
from botorch.optim.utils import get_parameters_and_bounds
from gpytorch.mlls import MarginalLogLikelihood
from torch import Tensor

# Of L-BFGS. More change the likelihood in digits that the data does not support; BoTorch's own are 15 000 and 2e-9.
MAX_ITERATIONS = 50
TOLERANCE = 1e-6
FIRST_ANCHOR = 64  # observations; fewer are fitted in milliseconds
N_DIGITS = 4  # of the hyperparameters of an anchor, so that suggestions do not hang on the last bits

State = Mapping[str, Tensor]


def anchor(n_observations: int) -> int:
    """Return the largest of 0, 64, 96, 128, 192, 256, … that is no more than ``n_observations``."""
    if n_observations < FIRST_ANCHOR:
        return 0
    power = 1 << (n_observations.bit_length() - 1)
    return power * 3 // 2 if power * 3 // 2 <= n_observations else power


class LogScaleGP(SingleTaskGP):
    """The model that Ax would take, with a fit of its positive hyperparameters on the logarithmic scale.

    BoTorch looks for the noise's variance, often 0.001 or less, and for the lengthscales, often about 1, with the same
    steps, and needs several times as many of them. The optimum is the same, since it depends on no scale.

    A fit with n observations begins with the hyperparameters of its anchor, which is a fit from the beginning with the
    first m of them, where m is :func:`anchor` of n. So suggestions depend on the observations, and not on which fits
    came before: a study that goes on is proposed what one without interruption is.

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
            self.load_state_dict(state, strict=False)
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
    own = type(f"{LogScaleGP.__name__}_{metric}", (LogScaleGP,), {"memory": {}})
    return ModelConfig(botorch_model_class=own, name=LogScaleGP.__name__)


def maximized_on_log_scale(mll: MarginalLogLikelihood, **_: object) -> OptimizationResult:
    """Maximize ``mll`` by L-BFGS, over the logarithm of each hyperparameter with a lower bound above 0.

    Args:
        mll: In training mode; its hyperparameters are changed.
        _: What BoTorch passes to other optimizers; not used.

    Returns:
        What BoTorch's ``scipy_minimize`` says of the negative of it.
    """
    values, bounds = get_parameters_and_bounds(mll, requires_grad=True)
    lower = {name: torch.as_tensor(bound) for name, (bound, _) in bounds.items()}
    positive = {name for name, bound in lower.items() if bool((bound > 0).all())}
    searched = {name: value.detach().clone() for name, value in values.items()}
    for name in positive:
        searched[name].log_()
        below, above = (float(torch.as_tensor(bound).log()) for bound in bounds[name])
        bounds[name] = (below, above)
    loss_of_values = get_loss_closure_with_grads(mll, values)

    @torch.no_grad()
    def take_over() -> None:
        for name, value in values.items():
            value.copy_(searched[name].exp().clamp_min(lower[name]) if name in positive else searched[name])

    def loss() -> tuple[Tensor, Sequence[Tensor | None]]:
        take_over()
        value, gradients = loss_of_values()
        return value, [
            gradient * values[name].detach() if gradient is not None and name in positive else gradient
            for name, gradient in zip(values, gradients, strict=True)
        ]

    result = scipy_minimize(loss, searched, bounds, options={"maxiter": MAX_ITERATIONS, "ftol": TOLERANCE})
    take_over()
    return result


def _fitted(mll: MarginalLogLikelihood) -> MarginalLogLikelihood:
    with _as_its_base(mll.model):
        return fit_gpytorch_mll(
            mll,
            optimizer=maximized_on_log_scale,
            warning_handler=lambda _: True,  # that the iterations are over is no reason to begin anew
        )


def _fitted_to(mll: MarginalLogLikelihood, inputs: Tensor, targets: Tensor) -> State | None:
    """Return the hyperparameters fitted to these observations, from the beginning; None if that cannot be done."""
    part = deepcopy(mll)
    part.model.set_train_data(inputs, targets, strict=False)
    try:
        _fitted(part)
    except ModelFittingError:
        return None
    return {name: _rounded(value.detach()) for name, value in part.model.named_parameters()}


def _standardized(values: Tensor) -> Tensor:
    return (values - values.mean(-1, keepdim=True)) / values.std(-1, keepdim=True).clamp_min(1e-8)


def _rounded(values: Tensor) -> Tensor:
    rounded = [float(f"{value:.{N_DIGITS}g}") for value in values.flatten().tolist()]
    return torch.tensor(rounded, dtype=values.dtype, device=values.device).view_as(values)


@contextmanager
def _as_its_base(model: LogScaleGP) -> Iterator[None]:
    """Let BoTorch see, in this block, a model without a fit of its own: its usual fit does the work."""
    own = type(model)
    model.__class__ = SingleTaskGP
    try:
        yield
    finally:
        model.__class__ = own
