"""What drives a study: Ray Tune, or a plain loop in this process."""

from hpo.tuner.base import Tuner
from hpo.tuner.inline import InlineTuner
from hpo.tuner.ray import RayTuner

__all__ = ["InlineTuner", "RayTuner", "Tuner"]
