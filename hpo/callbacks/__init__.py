"""What observes a study. Derive from :class:`Callback` and name it by ``_target_`` below ``callbacks``."""

from hpo.callbacks.csv import Csv
from hpo.callbacks.mlflow import MLflow
from hpo.callbacks.progress import Progress
from hpo.callbacks.report import Report
from hpo.callbacks.tensorboard import TensorBoard
from hpo.callbacks.wandb import WandB
from hpo.study.observers import Observer as Callback

__all__ = ["Callback", "Csv", "MLflow", "Progress", "Report", "TensorBoard", "WandB"]
