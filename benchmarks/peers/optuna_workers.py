"""Optuna with worker processes that share a journal file, as its page on easy parallelisation advises."""

from multiprocessing import get_context

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.study import MaxTrialsCallback
from optuna.trial import TrialState

from benchmarks.peers.job import NAMES, evaluate, given, report

JOURNAL = "journal.log"
STUDY = "benchmark"


def objective(trial: optuna.Trial) -> float:
    """Evaluate one trial."""
    return evaluate([trial.suggest_float(name, 0.0, 1.0) for name in NAMES])


def work(seed: int) -> None:
    """Run trials until the study has as many as it should, those that run among them."""
    study = optuna.load_study(
        study_name=STUDY,
        storage=JournalStorage(JournalFileBackend(JOURNAL)),
        sampler=optuna.samplers.RandomSampler(seed),
    )
    enough = MaxTrialsCallback(given().n_trials, states=(TrialState.COMPLETE, TrialState.RUNNING))
    study.optimize(objective, callbacks=[enough])


def main() -> None:
    """Create the study and let the workers, forked so that they start together, share it."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    optuna.create_study(study_name=STUDY, storage=JournalStorage(JournalFileBackend(JOURNAL)))
    slots = given().slots
    with get_context("fork").Pool(slots) as pool:
        pool.map(work, range(slots), chunksize=1)
    report()


if __name__ == "__main__":
    main()
