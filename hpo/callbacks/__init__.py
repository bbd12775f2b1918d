"""What observes a study. Derive from :class:`Callback` and name it by ``_target_`` below ``callbacks``."""

from hpo.callbacks.csv import Csv
from hpo.callbacks.progress import Progress
from hpo.study.observers import Observer as Callback

__all__ = ["Callback", "Csv", "Progress"]
