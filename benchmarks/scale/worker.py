"""One simulated study; prints what it cost as JSON.

python -m benchmarks.scale.worker sobol 64 60 640
"""

import json
import logging
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.scale.simulation import Simulation
from benchmarks.scale.workload import Workload
from hpo.optimizer import Bayes, Optimizer, Sobol

OPTIMIZERS: dict[str, type[Optimizer]] = {"bayes": Bayes, "sobol": Sobol}


def main() -> None:
    """Simulate what the command line names: optimizer, slots, seconds of a trial, trials."""
    warnings.filterwarnings("ignore")
    name, slots, trial_s, n_trials = sys.argv[1:]
    with TemporaryDirectory(prefix="hpo-benchmark-") as folder:
        logging.basicConfig(filename=Path(folder) / "hpo.log", level=logging.INFO)  # as a session has it
        root = Path(folder) / "study"
        root.mkdir()
        workload = Workload(int(slots), float(trial_s), int(n_trials))
        found = Simulation(root, OPTIMIZERS[name](), workload).run()
        n_files = sum(path.is_file() for path in root.rglob("*"))
    sys.stdout.write(json.dumps({"optimizer": name, **found, "files": n_files / workload.n_trials}) + "\n")


if __name__ == "__main__":
    main()
