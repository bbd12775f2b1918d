"""The metrics: what hippynn calls them, and what this task calls them.

All are those of the best model: the one of the epoch with the smallest validation error ``Loss-Err`` = RMSE +
MAE, evaluated once more, after training, on all molecules of a split. ``valid_loss``, the objective, is that
error plus the regularisation. The post takes ``best_metric_values["valid"]["Loss"]`` of hippynn instead: the
minimum of each metric over the epochs, each for itself, which may belong to a model that was not kept (and
for R² is the worst, not the best). ``valid_loss`` is never below the post's value; it equals that value
whenever the epoch with the smallest error is also the one with the smallest loss, and else differs by less
than the regularisation changes between the two.
"""

from collections.abc import Mapping

#: hippynn's name of a validation loss → the end of our name. Energies in kcal/mol, R² without unit.
QUALITIES: Mapping[str, str] = {
    "T-RMSE": "rmse",
    "T-MAE": "mae",
    "T-RSQ": "rsq",
    "TperAtom MAE": "mae_per_atom",
    "Loss": "loss",
}
#: The validation error that decides which model is best.
STOPPING_KEY = "Loss-Err"
#: epochs; trainable numbers in the network; seconds of all epochs, those before an interruption included.
_COSTS = ("epochs", "n_parameters", "train_s")
#: Every metric of a trial.
METRICS = frozenset({f"{split}_{end}" for split in ("valid", "test") for end in QUALITIES.values()} | {*_COSTS})


def named(split: str, values: Mapping[str, float]) -> dict[str, float]:
    """Return hippynn's ``values`` of one split under our names: ``T-MAE`` of valid as ``valid_mae``."""
    return {f"{split}_{end}": values[name] for name, end in QUALITIES.items()}
