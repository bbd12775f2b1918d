"""How much sooner a study of QM7 has its best result when hopeless trials are stopped early.

Runs the same study twice, without a scheduler and with one, and prints when each had a result as good as the worse of
their two best ones, in s from the start of its first trial. A short study before both fills the caches of compiled
kernels, so that neither pays for the other. All lies in a temporary folder.

    python -m tasks.qm7.prepare qm7.mat --out data/qm7
    python benchmarks/early_stopping.py data/qm7 --trials 16 --slots 2 --scheduler asha space=cutoffs
"""

import argparse
import math
import subprocess
import sys
import tempfile
from pathlib import Path

from hpo.study import Results, Status, StoredStudy, StudyPaths
from hpo.study.reports import read_reports


def run_study(folder: Path, name: str, *overrides: str) -> StudyPaths:
    """Run a study called ``name`` below ``folder`` and return where it lies."""
    subprocess.run(
        [sys.executable, "-m", "hpo", f"study={name}", *overrides], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    return StudyPaths(folder / "outputs" / name)


def seconds_until(results: Results, target: float) -> float:
    """Return when a trial completed whose value is ``target`` or better, in s from the first start; NaN if none did."""
    outcomes = [(trial, trial.outcome) for trial in results.trials if trial.outcome is not None]
    begins = [outcome.started_at for _, outcome in outcomes if outcome.started_at is not None]
    ends = [
        outcome.started_at + outcome.seconds - min(begins)
        for trial, outcome in outcomes
        if trial.is_completed
        and outcome.started_at is not None
        and not results.objective.better(target, results.value(trial))
    ]
    return min(ends, default=math.nan)


def line(name: str, paths: StudyPaths, results: Results, target: float) -> str:
    """Return a row of what is printed."""
    best = results.best
    n_stopped = sum(trial.status is Status.STOPPED_EARLY for trial in results.trials)
    n_epochs = sum(1 for _ in read_reports(paths.journal))
    value = math.nan if best is None else results.value(best)
    reached_s = seconds_until(results, target)
    return f"{name:10} {value:10.4f} {reached_s:12.1f} {results.wall_s:8.1f} {n_epochs:8d} {n_stopped:8d}"


def main() -> None:
    """Print a row for each of the two studies, and the ratios of their times."""
    parser = argparse.ArgumentParser(description="Time to the best result of QM7, without and with a scheduler.")
    parser.add_argument("data", type=Path, help="folder that tasks.qm7.prepare made")
    parser.add_argument("--trials", type=int, default=16, help="trials in each study (default: 16)")
    parser.add_argument("--slots", type=int, default=2, help="trials at once (default: 2)")
    parser.add_argument("--seed", type=int, default=0, help="of both studies (default: 0)")
    parser.add_argument("--scheduler", choices=["asha", "median"], default="asha", help="default: asha")
    parser.add_argument("overrides", nargs="*", help="more, such as space=cutoffs scheduler.grace_steps=2")
    arguments = parser.parse_intermixed_args()
    common = ["task=qm7", f"task.data={arguments.data.resolve()}", f"concurrency={arguments.slots}", "callbacks=none"]
    own = [text for text in arguments.overrides if text.startswith("scheduler.")]
    common += [f"seed={arguments.seed}", *(text for text in arguments.overrides if text not in own)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_study(folder, "warm", *common, f"num_trials={arguments.slots}", "task.training.max_epochs=1")
        common.append(f"num_trials={arguments.trials}")
        studies = {
            "none": run_study(folder, "none", *common),
            arguments.scheduler: run_study(folder, "with", *common, f"scheduler={arguments.scheduler}", *own),
        }
        found = {scheduler: StoredStudy.read(paths).results() for scheduler, paths in studies.items()}
        values = [results.value(results.best) for results in found.values() if results.best is not None]
        target = (max if found["none"].objective.is_minimized else min)(values)
        print("scheduler        best  reached in s   wall s   epochs  stopped")  # noqa: T201 - its output
        for scheduler, results in found.items():
            print(line(scheduler, studies[scheduler], results, target))  # noqa: T201 - its output
        without_s, with_s = (seconds_until(results, target) for results in found.values())
        walls = found["none"].wall_s / found[arguments.scheduler].wall_s
        print(f"without / with: {without_s / with_s:.2f} to a result of {target:.4f}, {walls:.2f} to the end")  # noqa: T201 - its output


if __name__ == "__main__":
    main()
