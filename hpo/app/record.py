"""What ``study.yaml`` keeps of what was asked."""

import sys
from datetime import datetime

from omegaconf import DictConfig, OmegaConf

from hpo.app.invocation import Invocation
from hpo.objective import Objective
from hpo.space import SearchSpace
from hpo.study import Plan
from hpo.study.journal import SCHEMA
from hpo.versions import versions


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
            "baseline": None if plan.baseline is None else dict(plan.baseline),
        },
        "space": space.to_json(),
        "objective": objective.to_json(),
        "digest": {"space": space.digest, "objective": objective.digest},
        "versions": dict(versions()),
        "platform": sys.platform,
        "config": OmegaConf.to_container(config, resolve=True),
    }
