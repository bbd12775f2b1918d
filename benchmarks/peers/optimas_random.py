"""Optimas with asynchronous workers (``run_async``), as its page on exploration advises for uneven run times."""

from typing import Any

from gest_api.vocs import VOCS
from optimas.evaluators import FunctionEvaluator
from optimas.explorations import Exploration
from optimas.generators import RandomSamplingGenerator

from benchmarks.peers.job import NAMES, evaluate, given, report


def analyse(inputs: dict[str, Any], outputs: Any) -> None:
    """Evaluate one trial."""
    outputs["value"] = evaluate([float(inputs[name]) for name in NAMES])


def main() -> None:
    """Run the exploration."""
    job = given()
    space = VOCS(variables={name: [0.0, 1.0] for name in NAMES}, objectives={"value": "MINIMIZE"})
    exploration = Exploration(
        generator=RandomSamplingGenerator(space, seed=0),
        evaluator=FunctionEvaluator(function=analyse),
        max_evals=job.n_trials,
        sim_workers=job.slots,
        run_async=True,
    )
    exploration.run()
    report()


if __name__ == "__main__":
    main()
