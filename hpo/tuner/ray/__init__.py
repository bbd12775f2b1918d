"""Ray Tune as the driver of a study. Ray lives here and nowhere else."""

from hpo.tuner.ray.tuner import RayTuner

__all__ = ["RayTuner"]
