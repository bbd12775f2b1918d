from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from gpytorch.mlls import ExactMarginalLogLikelihood

from hpo.objective import build_objective
from hpo.optimizer import Bayes, strategies, surrogate
from hpo.optimizer.ax_proposer import AxProposer
from hpo.optimizer.surrogate import LogScaleGP, anchor
from hpo.study.proposer import Past
from tests.optimizer.past import LOSS, UNIT, loss_of, space_of

SPACE = space_of(a=UNIT, b=UNIT, c=UNIT)


def history(n: int) -> list[Past]:
    points = [{"a": (i * 0.618) % 1, "b": (i * 0.414) % 1, "c": (i * 0.732) % 1} for i in range(n)]
    return [Past(i, point, {"objective": loss_of(point)}) for i, point in enumerate(points)]


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count how often the likelihood and the acquisition function are evaluated."""
    counts: Counter[str] = Counter()
    classes = {"likelihood": ExactMarginalLogLikelihood, "acquisition": qLogNoisyExpectedImprovement}
    with pytest.MonkeyPatch.context() as patch:
        for name, cls in classes.items():

            def forward(*args: object, _name: str = name, _own: Any = cls.forward, **more: object) -> object:
                counts[_name] += 1
                return _own(*args, **more)

            patch.setattr(cls, "forward", forward)
        yield counts


def proposed(n: int) -> tuple[AxProposer, Counter[str]]:
    source = AxProposer(Bayes(n_initial=4), SPACE, LOSS, seed=0, slots=2, history=history(n))
    source.make(1, n_left=9)
    source.complete(n, {"objective": 0.5})
    with counted() as counts:
        source.make(1, n_left=8)
    return source, counts


@pytest.mark.parametrize(("n", "m"), [(0, 0), (63, 0), (64, 64), (95, 64), (96, 96), (127, 96), (128, 128), (300, 256)])
def test_anchors_grow_by_a_half(n: int, m: int) -> None:
    """They are few, so that a fit from the beginning is rare, and never far below."""
    assert anchor(n) == m


def test_a_fit_that_begins_at_its_anchor_is_shorter() -> None:
    """With 70 observations the anchor of 64 is fitted once, and later fits take fewer evaluations than it did."""
    source = AxProposer(Bayes(n_initial=4), SPACE, LOSS, seed=0, slots=2, history=history(70))
    evaluations = []
    for index in range(70, 73):
        with counted() as counts:
            (made,) = source.make(1, n_left=9)
        evaluations.append(counts["likelihood"])
        source.complete(index, {"objective": loss_of(made.parameters)})
    with_anchor, *without = evaluations
    assert max(without) < 0.7 * with_anchor, evaluations


def test_fits_and_searches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a single iteration allowed, model and acquisition function are evaluated less often.

    It fails when Ax or BoTorch no longer call the model's own fit, or no longer take the options of the search.
    """
    _, free = proposed(40)
    monkeypatch.setattr(surrogate, "MAX_ITERATIONS", 1)
    monkeypatch.setattr(strategies, "N_ITERATIONS", 1)
    _, bounded = proposed(40)
    assert 0 < bounded["likelihood"] < free["likelihood"]
    assert 0 < 2 * bounded["acquisition"] < free["acquisition"]


def models_of(source: AxProposer) -> Sequence[SingleTaskGP]:
    model = source._strategy.adapter.generator.surrogate.model
    models: Sequence[SingleTaskGP] = getattr(model, "models", [model])
    return models


@pytest.mark.parametrize("n", [3, 30, 100])
def test_the_fit_reaches_what_botorchs_own_reaches(n: int) -> None:
    """BoTorch's own fit, with its far smaller tolerance, finds no greater likelihood, and needs more evaluations."""
    source = AxProposer(Bayes(n_initial=3), SPACE, LOSS, seed=0, slots=2, history=history(n))
    source.make(1, n_left=9)
    (model,) = models_of(source)
    assert isinstance(model, LogScaleGP)
    own = SingleTaskGP(*model.train_inputs, model.train_targets.unsqueeze(-1), outcome_transform=None)
    with counted() as counts:
        fit_gpytorch_mll(ExactMarginalLogLikelihood(own.likelihood, own))
    again = SingleTaskGP(*model.train_inputs, model.train_targets.unsqueeze(-1), outcome_transform=None)
    again.__class__ = type("Anchored", (LogScaleGP,), {"memory": {}})
    with counted() as fewer:
        fit_gpytorch_mll(ExactMarginalLogLikelihood(again.likelihood, again))
    assert likelihood(again) >= likelihood(own) - 1e-3
    assert likelihood(model) == pytest.approx(likelihood(again))
    assert fewer["likelihood"] < counts["likelihood"]


def likelihood(model: SingleTaskGP) -> float:
    """Return the logarithm of the marginal likelihood at the hyperparameters of ``model``, priors included."""
    model.train()
    mll = ExactMarginalLogLikelihood(model.likelihood, model)
    with torch.no_grad():
        mean = mll(model(*model.train_inputs), model.train_targets)
    return float(mean) * len(model.train_targets)


def test_each_metric_has_its_own_fit() -> None:
    """An objective and a constrained metric are modelled by two fits that do not mix."""
    objective = build_objective("loss", constraints=["cost <= 0.8"])
    past = [replace(trial, data={**(trial.data or {}), "cost": float(trial.parameters["a"])}) for trial in history(20)]
    source = AxProposer(Bayes(n_initial=4), SPACE, objective, seed=0, slots=2, history=past)
    source.make(1, n_left=3)
    first, second = models_of(source)
    assert isinstance(first, LogScaleGP)
    assert isinstance(second, LogScaleGP)
    assert first.memory is not second.memory
    assert (first.covar_module.lengthscale != second.covar_module.lengthscale).any()


def test_several_suggestions_come_from_one_fit() -> None:
    """Three suggestions cost the fits of one, lie apart, and none is a trial before it is asked for."""
    source, _ = proposed(30)
    source.complete(30 + 1, {"objective": 0.4})
    with counted() as counts:
        source.make(1, n_left=7)
    source.complete(30 + 2, {"objective": 0.3})
    with counted() as together:
        made = source.make(3, n_left=6)
    assert together["likelihood"] <= 2 * counts["likelihood"]
    assert len({tuple(suggestion.parameters.values()) for suggestion in made}) == 3


def test_a_late_outcome_changes_the_model_as_a_replay_would() -> None:
    """The trial that ends last lies among the first observations: suggestions are those of a study that goes on."""
    past = history(70)
    late = 4
    running = [replace(trial, data=None, is_unfinished=True) if trial.index == late else trial for trial in past]
    live = AxProposer(Bayes(n_initial=4), SPACE, LOSS, seed=0, slots=2, history=running)
    live.make(1, n_left=9)
    live.complete(late, past[late].data or {})
    (again,) = live.make(1, n_left=8)
    asked = Past(70, live._record.trials[70], is_unfinished=True)
    resumed = AxProposer(Bayes(n_initial=4), SPACE, LOSS, seed=0, slots=2, history=[*past, asked])
    assert resumed.make(1, n_left=8)[0].parameters == again.parameters
