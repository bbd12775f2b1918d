"""A task for tests that kill: ten steps with a checkpoint after each, and a value that shows whether they add up."""

import json
import os
import time
from pathlib import Path

from hpo.atomic import write_atomically
from hpo.task import TrialContext

N_STEPS = 10


def walk(x: float, context: TrialContext, step_s: float = 0.02, fails_below: float = 0.0) -> dict[str, float]:
    """Return x, added up in steps, and how many steps were taken in all attempts together.

    Below ``fails_below`` it raises, as long as there is a file called broken where the study was started.
    """
    if x < fails_below and (context.directory.parents[3] / "broken").exists():
        raise RuntimeError("broken")
    checkpoint = Path("walk.json")
    n_done, value = json.loads(context.checkpoint.read_text()) if context.checkpoint else (0, 0.0)
    for step in range(n_done + 1, N_STEPS + 1):
        time.sleep(step_s)
        n_done, value = step, value + x / N_STEPS
        write_atomically(checkpoint, json.dumps([n_done, value]))
        context.report(step, {"value": value}, checkpoint=checkpoint)
    return {"value": value, "steps": float(n_done)}


def walk_somewhere(x: float, context: TrialContext, step_s: float = 0.02) -> dict[str, float]:
    """Do what :func:`walk` does, and note in ``attempts.txt`` where each attempt ran and from which step."""
    step = json.loads(context.checkpoint.read_text())[0] if context.checkpoint else 0
    with Path("attempts.txt").open("a") as file:
        file.write(f"{os.environ['RAY_RAYLET_PID']} {step}\n")
    return walk(x, context, step_s)
