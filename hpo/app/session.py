"""One run of the program that advances a study."""

import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from hpo.app.assembly import Assembled, assemble
from hpo.app.invocation import Invocation
from hpo.errors import StudyStoppedError
from hpo.study import Status, Study

log = logging.getLogger(__name__)


def run_session(config: DictConfig, invocation: Invocation) -> float:
    """Check what was asked, open the study, drive it to its total, and return its best value.

    Raises:
        InputError: If what was asked cannot be done; nothing was started and nothing written.
        StudyExistsError: If the study is there already.
        StudyStoppedError: If no trial completed.
    """
    assembled = assemble(config, invocation)
    name = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    study = assembled.restart.open(assembled.request, session_name=name)
    with _recorded(study.session, config, invocation):
        _drive(study, assembled)
        return _conclude(study)


def _drive(study: Study, assembled: Assembled) -> None:
    study.begin()
    try:
        assembled.tuner.run(study, assembled.task, assembled.resources, assembled.ray_callbacks)
    finally:
        study.end()


@contextmanager
def _recorded(folder: Path, config: DictConfig, invocation: Invocation) -> Iterator[None]:
    """Keep what was asked in ``.hydra/`` and what is said in ``hpo.log``."""
    record = folder / ".hydra"
    record.mkdir(parents=True)
    OmegaConf.save(config, record / "config.yaml")
    OmegaConf.save(invocation.hydra_config, record / "hydra.yaml")
    OmegaConf.save(OmegaConf.create(list(invocation.overrides)), record / "overrides.yaml")
    handler = logging.FileHandler(folder / "hpo.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _conclude(study: Study) -> float:
    n_ended = sum(trial.outcome is not None for trial in study.trials)
    if study.n_running or not study.is_asked_out:
        raise StudyStoppedError(
            f"Study {study.plan.name} stopped after {n_ended} of {study.plan.num_trials} trials "
            f"(what ended is in {study.paths.table}). Read {study.session / 'hpo.log'} for the reason."
        )
    best = study.best
    folder = study.paths.root
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    if best is None:
        if not any(trial.is_completed for trial in study.trials):
            raise StudyStoppedError(_no_data_message(study, shown))
        log.warning("No completed trial of %s satisfies the constraints; see %s/trials.csv.", study.plan.name, shown)
        return math.nan
    value = study.value(best)
    parameters = ", ".join(
        f"{name}={item:.6g}" if isinstance(item, float) else f"{name}={item}" for name, item in best.parameters.items()
    )
    log.info(
        "Best of %d trials: %s = %.6g in trial %d",
        len(study.trials),
        study.objective.metric,
        value,
        best.index,
    )
    log.info("  %s", parameters)
    log.info("All trials: %s/trials.csv; this one again: the first line of %s/best.yaml", shown, shown)
    return value


def _no_data_message(study: Study, shown: Path) -> str:
    reasons = [trial.outcome.reason for trial in study.trials if trial.outcome and trial.outcome.reason]
    last = next((t.index for t in reversed(study.trials) if t.status is not Status.RUNNING), 0)
    return (
        f"None of the {len(study.trials)} trials of {study.plan.name} completed (the last one: "
        f"{reasons[-1] if reasons else 'no reason given'}). Read {shown}/trials/{last:04d}/log.txt."
    )
