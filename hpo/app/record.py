"""What ``study.yaml`` keeps of what was asked."""

import platform
import sys
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from omegaconf import DictConfig, OmegaConf

from hpo import __version__
from hpo.app.invocation import Invocation
from hpo.objective import Objective
from hpo.space import SearchSpace
from hpo.study import Plan
from hpo.study.journal import SCHEMA

PACKAGES = ("ax-platform", "botorch", "gpytorch", "torch", "ray", "hydra-core", "hippynn", "numpy")


def study_record(
    config: DictConfig, invocation: Invocation, plan: Plan, space: SearchSpace, objective: Objective
) -> dict[str, object]:
    """Return the content of ``study.yaml``, as plain values; :mod:`hpo.study.stored` reads it."""
    return {
        "schema": SCHEMA,
        "study": invocation.study,
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "overrides": list(invocation.overrides),
        "plan": {
            "num_trials": plan.num_trials,
            "slots": plan.slots,
            "seed": plan.seed,
            "arguments": list(plan.arguments),
        },
        "space": space.to_json(),
        "objective": objective.to_json(),
        "digest": {"space": space.digest, "objective": objective.digest},
        "versions": {
            "hpo": __version__,
            "python": platform.python_version(),
            **{name: found for name in PACKAGES if (found := _version(name)) is not None},
        },
        "platform": sys.platform,
        "config": OmegaConf.to_container(config, resolve=True),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # an optional one
        return None
