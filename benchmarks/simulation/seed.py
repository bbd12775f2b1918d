"""One seed of one optimizer on one problem, in virtual time; the values in their order as a JSON list.

python -m benchmarks.simulation.seed project hartmann6 0 100 table.json
"""

import json
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.simulation.events import Asker, simulate
from benchmarks.simulation.problems import SLOTS, Problem, problem, run_time


def main(make: Callable[[str, Problem, int], Asker]) -> None:
    """Simulate what the command line names and print the values.

    Args:
        make: Returns the optimizer of a name for a problem and a seed.
    """
    name, problem_name, seed, n_trials, table = sys.argv[1:]
    task = problem(problem_name, Path(table))
    values = simulate(
        make(name, task, int(seed)), task.value, partial(run_time, int(seed)), slots=SLOTS, n_trials=int(n_trials)
    )
    sys.stdout.write(json.dumps(values) + "\n")


def _of_this_environment(name: str, task: Problem, seed: int) -> Asker:
    from benchmarks.simulation.askers import ASKERS  # noqa: PLC0415 - peers have no Ax

    return ASKERS[name](task, seed)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")  # what Ax and BoTorch say of each fit
    main(_of_this_environment)
