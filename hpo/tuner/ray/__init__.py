"""Ray Tune as the driver of a study. Ray lives here and nowhere else."""

import os

from hpo.tuner.ray.tuner import RayTuner

# With the node's address, this keeps a local Ray on loopback. Ray reads it once, when it is imported, and a callback
# of Ray Tune's can be the first to import it.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"

__all__ = ["RayTuner"]
