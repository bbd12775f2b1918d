"""How long a trial takes that does nothing, and whether that grows with the number of trials.

Runs trivial trials (Branin) one after the other in this process and prints the mean time of a trial for each 50.

    python benchmarks/cost_of_a_trial.py --trials 500 --optimizer sobol

The benchmark ``trivial_trials`` runs it with ``--json``.
"""

import argparse
import json
import statistics
import tempfile
from itertools import pairwise
from pathlib import Path

from hpo.objective import build_objective
from hpo.optimizer import Bayes, Optimizer, Random, Sobol
from hpo.optimizer.ax_proposer import AxProposer
from hpo.resources import Resources
from hpo.space import build_space
from hpo.study import Plan, Study, StudyPaths
from hpo.study.history import History
from hpo.study.journal import read_events
from hpo.tuner.inline import InlineTuner
from tasks.toy.branin import Branin

OPTIMIZERS: dict[str, type[Optimizer]] = {"sobol": Sobol, "random": Random, "bayes": Bayes}
BLOCK = 50  # trials in a line of what is printed


def end_times(root: Path, optimizer: Optimizer, n_trials: int) -> list[float]:
    """Run ``n_trials`` trials in a new study at ``root`` and return when each ended, in s."""
    space = build_space(
        {"x1": {"type": "range", "bounds": [-5.0, 10.0]}, "x2": {"type": "range", "bounds": [0.0, 15.0]}}
    )
    paths = StudyPaths(root)
    study = Study(
        Plan("cost", n_trials, slots=1, seed=0),
        paths,
        paths.new_session("now"),
        space=space,
        objective=build_objective("value"),
        proposer=AxProposer(optimizer, space, build_objective("value"), seed=0, slots=1),
        history=History(paths),
    )
    study.begin()
    try:
        InlineTuner().run(study, Branin(), Resources(), {})
    finally:
        study.end()
    return [float(str(event["time"])) for event in read_events(paths.journal) if event["event"] == "completed"]


def main() -> None:
    """Print the time of a trial for each block, and the ratio of the last block to the first."""
    parser = argparse.ArgumentParser(description="Time per trivial trial, for each 50, and the ratio last to first.")
    parser.add_argument("--trials", type=int, default=500, help="how many trials (default: 500)")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, default="sobol", help="default: sobol")
    parser.add_argument("--json", action="store_true", help="print the mean seconds of a trial for each 50 as a list")
    arguments = parser.parse_args()
    if arguments.trials < 2 * BLOCK:
        parser.error(f"--trials={arguments.trials} has no two blocks; it takes {2 * BLOCK} or more")
    with tempfile.TemporaryDirectory() as folder:
        ends = end_times(Path(folder), OPTIMIZERS[arguments.optimizer](), arguments.trials)
    seconds = [after - before for before, after in pairwise(ends)]
    means = [statistics.fmean(seconds[at : at + BLOCK]) for at in range(0, len(seconds) - BLOCK + 2, BLOCK)]
    if arguments.json:
        print(json.dumps(means))  # noqa: T201 - its output
        return
    for position, mean in enumerate(means):
        print(f"trials {position * BLOCK:5d} to {position * BLOCK + BLOCK - 1:5d}: {1000 * mean:7.2f} ms")  # noqa: T201 - its output
    print(f"last / first: {means[-1] / means[0]:.2f}")  # noqa: T201 - its output


if __name__ == "__main__":
    main()
