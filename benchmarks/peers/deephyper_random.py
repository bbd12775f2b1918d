"""DeepHyper with its evaluator of processes, all of them busy: ``num_workers`` is the number of slots."""

from typing import Any

from deephyper.evaluator import Evaluator
from deephyper.hpo import HpProblem, RandomSearch

from benchmarks.peers.job import NAMES, evaluate, given, report


def objective(job: Any) -> float:
    """Evaluate one trial; DeepHyper maximises."""
    return -evaluate([float(job.parameters[name]) for name in NAMES])


def main() -> None:
    """Run the search."""
    job = given()
    problem = HpProblem()
    for name in NAMES:
        problem.add_hyperparameter((0.0, 1.0), name)
    evaluator = Evaluator.create(objective, method="process", method_kwargs={"num_workers": job.slots})
    RandomSearch(problem, random_state=0, log_dir="log").search(
        evaluator, max_evals=job.n_trials, max_evals_strict=True
    )
    report()


if __name__ == "__main__":
    main()
