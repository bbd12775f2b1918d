"""What Ax's model makes of a study: how well it predicts, which parameters matter, and where the best may be."""

import json
import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from ax.adapter.registry import Generators
from ax.adapter.torch import TorchAdapter
from ax.analysis.plotly.cross_validation import CrossValidationPlot
from ax.analysis.plotly.plotly_analysis import PlotlyAnalysisCard
from ax.core.experiment import Experiment
from ax.core.observation import ObservationFeatures
from botorch.exceptions.errors import BotorchError

from hpo.export.ax_json import client_with_trials
from hpo.objective import OBJECTIVE_METRIC
from hpo.optimizer.ax_client import experiment_of
from hpo.optimizer.surrogate import surrogate_spec
from hpo.quiet import quiet_loggers
from hpo.report.best import Opinion
from hpo.report.certainty import as_good
from hpo.report.contour import contour
from hpo.report.importance import Importance, importance_chart, importance_of
from hpo.report.page import Figure, Section
from hpo.report.parameters import varying
from hpo.space import Range
from hpo.status.wording import number
from hpo.study.results import Results
from hpo.study.stored import StoredStudy
from hpo.task import ParameterValue

TITLE = "Model"
WORDS = (
    "A Gaussian process that was fitted to all data. First, each outcome against what a model without it predicts: far "
    "from the diagonal, the rest says little. Then how much of the objective's variance each parameter has a part in: "
    "the mean over functions that the data allows, with two standard deviations; red where the objective rises with "
    "the parameter, blue where it falls, grey where there is no order. Last, the predicted objective over the two "
    "ranges that matter most, all else as in the best trial."
)
MIN_TRIALS = 5  # with data; a model of fewer says nothing


@dataclass(frozen=True)
class Fit:
    """A model that was fitted to all data of a study.

    Attributes:
        adapter: Ax's, with the model.
        experiment: The study as Ax has it.
    """

    adapter: TorchAdapter
    experiment: Experiment

    @classmethod
    def of(cls, stored: StoredStudy, results: Results) -> "Fit | str":
        """Return the model, or why there is none."""
        completed = [tuple(trial.parameters.items()) for trial in results.trials if trial.is_completed]
        n_points = len(set(completed))
        if n_points < MIN_TRIALS:
            kind = "" if n_points == len(completed) else " with different parameters"
            return f"A model needs {MIN_TRIALS} completed trials; there are {n_points}{kind}."
        quiet_loggers("ax", level=logging.ERROR)
        experiment = experiment_of(client_with_trials(stored, results))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Ax and BoTorch, about data of this size
            try:
                spec = surrogate_spec(experiment)
                return cls(Generators.BOTORCH_MODULAR(experiment=experiment, surrogate_spec=spec), experiment)
            except BotorchError as error:
                return f"No model could be fitted: {error}"

    def predict(self, points: Sequence[Mapping[str, ParameterValue]]) -> Sequence[tuple[float, float]]:
        """Return mean and standard deviation of the objective at points of the space, without observation noise."""
        names = self.experiment.search_space.parameters
        features = [
            ObservationFeatures(parameters={name: value for name, value in point.items() if name in names})
            for point in points
        ]
        means, covariances = self.adapter.predict(features)
        variances = covariances[OBJECTIVE_METRIC][OBJECTIVE_METRIC]
        return [
            (float(mean), max(0.0, float(variance)) ** 0.5)
            for mean, variance in zip(means[OBJECTIVE_METRIC], variances, strict=True)
        ]

    def cross_validation(self) -> dict[str, Figure]:
        """Return each outcome against what a model without it predicts, with 95 % intervals, by its caption."""
        return self._drawn("Cross-validation", CrossValidationPlot(metric_names=[OBJECTIVE_METRIC], untransform=True))

    def _drawn(self, caption: str, analysis: CrossValidationPlot) -> dict[str, Figure]:
        """Return what Ax draws first; nothing if it draws nothing."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            card = analysis.compute(experiment=self.experiment, adapter=self.adapter)
        figures = [each.get_figure() for each in card.flatten() if isinstance(each, PlotlyAnalysisCard)]
        return {caption: _plain(figures[0].to_json())} if figures else {}


def modelled(stored: StoredStudy, results: Results) -> tuple[Section, Opinion | None]:
    """Return what the model says of the space, and what it says of the best trial; None without either.

    Ax and BoTorch draw from torch's random numbers. Here they begin with the study's seed, so that two reports of the
    same trials say the same, and those of the caller go on as if nothing had been drawn.
    """
    with torch.random.fork_rng(devices=[]):  # a list of GPUs would make a context on each
        torch.default_generator.manual_seed(stored.plan.seed)
        return _modelled(stored, results)


def _modelled(stored: StoredStudy, results: Results) -> tuple[Section, Opinion | None]:
    fit = Fit.of(stored, results)
    if isinstance(fit, str):
        return Section(TITLE, words=[fit]), None
    importance = importance_of(fit.adapter)
    best = results.best
    pair = None if best is None else leading_pair(importance, results)
    figures = {
        **fit.cross_validation(),
        "Importance of the parameters": importance_chart(importance, varying(results)),
        **({} if pair is None or best is None else contour(results, best, *pair, fit.predict)),
    }
    section = Section(TITLE, words=[WORDS], figures=figures)
    if best is None:
        return section, None
    ((mean, deviation),) = fit.predict([best.parameters])
    said = f"{number(mean)} \N{PLUS-MINUS SIGN} {deviation:.2g}"
    return section, Opinion(said, as_good(results, fit.predict))


def _plain(text: str) -> Figure:
    """Return a figure of Ax without the look that plotly gives it."""
    figure: dict[str, Any] = json.loads(text)
    layout = {key: value for key, value in figure["layout"].items() if key not in {"template", "width"}}
    return {"data": figure["data"], "layout": layout}


def leading_pair(importance: Mapping[str, Importance], results: Results) -> tuple[Range, Range] | None:
    """Return the two ranges that matter most; None if there are not two."""
    ranges = {parameter.name: parameter for parameter in varying(results) if isinstance(parameter, Range)}
    leading = [ranges[name] for name in importance if name in ranges][:2]
    return (leading[0], leading[1]) if len(leading) == len("xy") else None
