"""One run of the program that advances a study."""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from hpo.app.assembly import Assembled, assemble
from hpo.app.conclusion import concluded
from hpo.app.invocation import Invocation
from hpo.errors import StorageError
from hpo.interruption import raised_on_sigterm, sigterm_held
from hpo.outputs import OUTPUTS, going_on
from hpo.printable import printable
from hpo.study import Study
from hpo.study.paths import name_of_now

log = logging.getLogger(__name__)


def run_session(config: DictConfig, invocation: Invocation) -> float:
    """Check what was asked, open the study, drive it to its total, and return its best value.

    Raises:
        InputError: If what was asked cannot be done; nothing was started and nothing written.
        StudyExistsError: If the study is there already.
        StudyInUseError: If another process runs it.
        DamagedStudyError: If a file of it cannot be understood.
        StudyStoppedError: If it stopped before its total, or no trial completed.
        StudyInterruptedError: If it was asked to stop.
    """
    with sigterm_held():
        import numpy  # noqa: F401, ICN001, PLC0415 - a task may import it, and it has threads of its own
    with raised_on_sigterm():
        assembled = assemble(config, invocation)
    interruption = assembled.request.interruption
    with interruption.listen():
        try:
            study = assembled.restart.open(assembled.request, session_name=name_of_now())
            with closing(study), _recorded(study.session, config, invocation):
                _drive(study, assembled)
                return concluded(study)
        except KeyboardInterrupt:
            how = f"at once. To go on: {going_on(Path(OUTPUTS) / invocation.study)}"
            raise interruption.error(how) from None


def _drive(study: Study, assembled: Assembled) -> None:
    if study.is_finished:
        log.info("Study %s has its %d trials: nothing is left to run", study.plan.name, study.n_ended)
    study.begin()
    try:
        if not study.is_asked_out:
            assembled.tuner.run(
                study, assembled.task, assembled.resources, assembled.ray_callbacks, assembled.scheduler
            )
    finally:
        study.end()


class _LogFile(logging.FileHandler):
    """A log whose disk may fail: losing a line of it is no reason to lose the study."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record if that is possible; Ray closes the file when it starts, and this opens it again."""
        with suppress(OSError):
            super().emit(record)


class _Printable(logging.Formatter):
    """Lines without what colours a terminal or moves its cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as text."""
        return "\n".join(printable(line) for line in super().format(record).splitlines())


@contextmanager
def _recorded(folder: Path, config: DictConfig, invocation: Invocation) -> Iterator[None]:
    """Keep what was asked in ``.hydra/`` and what is said in ``hpo.log``.

    Raises:
        StorageError: If the folder cannot be written.
    """
    try:
        record = folder / ".hydra"
        record.mkdir(parents=True)
        OmegaConf.save(config, record / "config.yaml")
        OmegaConf.save(invocation.hydra_config, record / "hydra.yaml")
        OmegaConf.save(OmegaConf.create(list(invocation.overrides)), record / "overrides.yaml")
        handler = _LogFile(folder / "hpo.log", encoding="utf-8")
    except OSError as error:
        raise StorageError.at(folder, error) from error
    handler.setFormatter(_Printable("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.raiseExceptions = False  # a full disk is the study's business, not that of each line of the log
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
