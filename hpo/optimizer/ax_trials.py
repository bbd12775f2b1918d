"""Trials and their data in Ax's experiment, many at a time.

``Client`` takes one trial at a time, and for each looks through the data of all others. These functions go one level
deeper, to the ``Experiment``, and do the same for many at the cost of one.
"""

import math
from collections.abc import Mapping

from ax.core.arm import Arm
from ax.core.data import Data, DataRow
from ax.core.experiment import Experiment

from hpo.task import Metrics, ParameterValue


def add_running(experiment: Experiment, index: int, parameters: Mapping[str, ParameterValue]) -> None:
    """Add a trial as Ax's ``Client.attach_trial`` does, but also where the space does not contain it.

    Raises:
        ValueError: If Ax gives it another index.
    """
    trial = experiment.new_trial()
    if trial.index != index:
        raise ValueError(f"trial {index} is trial {trial.index} for Ax")
    trial.add_arm(Arm(parameters=dict(parameters)))
    trial.mark_running(no_runner_required=True)


def tell(experiment: Experiment, told: Mapping[int, Metrics | None]) -> None:
    """Complete trials with their data by index, and abandon those that ended without."""
    signatures = experiment.metrics
    rows = [
        DataRow(
            trial_index=index,
            arm_name=experiment.trials[index].arm.name,
            metric_name=name,
            metric_signature=signatures[name].signature,
            mean=float(value),
            se=math.nan,
        )
        for index, data in told.items()
        if data is not None
        for name, value in data.items()
    ]
    if rows:
        experiment.attach_data(Data(data_rows=rows))
    for index, data in told.items():
        if data is None:
            experiment.trials[index].mark_abandoned()
        else:
            experiment.trials[index].mark_completed()
