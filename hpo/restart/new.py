"""``restart=new``: a study that does not exist yet."""

import json
import logging
import os
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from hpo.atomic import sync_folder, write_atomically
from hpo.errors import HpoError, StorageError, StudyExistsError, flag_faults, raise_faults
from hpo.restart.base import Request, Restart
from hpo.restart.opening import opened
from hpo.study import StoredStudy, Study, StudyPaths
from hpo.study.history import History
from hpo.study.journal import Event
from hpo.study.lock import StudyLock
from hpo.study.paths import name_of_now

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class New(Restart):
    """Makes a study; refuses one that exists.

    Attributes:
        overwrite: Whether to move an existing study of the same name aside first.

    Raises:
        InputError: If that is not said with true or false.
    """

    overwrite: bool = False

    def __post_init__(self) -> None:
        remedy = "Set restart.overwrite=true to move the old study aside"
        raise_faults(flag_faults("restart.overwrite", self.overwrite, remedy))

    def continues(self, paths: StudyPaths) -> bool:
        """Never."""
        return False

    def open(self, request: Request, session_name: str) -> Study:
        """Return an empty study in a directory of its own.

        Raises:
            StudyExistsError: If there is one already, also one that another process makes at the same moment.
            StudyInUseError: If the one to move aside is being run.
            StorageError: If the directory cannot be made.
        """
        return opened(request, session_name, self.made(request), mode="new")

    def made(self, request: Request, events: Sequence[Event] = ()) -> History:
        """Make the study's directory and return its history.

        Args:
            request: What was asked.
            events: What the journal begins with.

        Raises:
            As :meth:`open`.
        """
        paths = request.paths
        if paths.root.exists():
            if not self.overwrite:
                raise StudyExistsError(_refusal(request))
            _move_aside(paths)
        try:
            _make(request, events)
        except OSError as error:
            if paths.root.exists():  # somebody else was quicker
                raise StudyExistsError(_refusal(request)) from None
            raise StorageError(
                f"{paths.root} cannot be made: {error.strerror or error} (a study needs a folder of its own). "
                f"Free space, or start the program where you may write."
            ) from error
        return History(paths)


def _make(request: Request, events: Sequence[Event]) -> None:
    """Make the directory with its ``study.yaml`` and the beginning of its journal: all is there, or nothing."""
    root = request.paths.root
    temporary = StudyPaths(root.with_name(f".{root.name}.{os.getpid()}.tmp"))
    temporary.root.mkdir(parents=True)
    try:
        write_atomically(temporary.config, yaml.safe_dump(dict(request.record), sort_keys=False))
        if events:
            write_atomically(temporary.journal, "".join(json.dumps(event, allow_nan=False) + "\n" for event in events))
        temporary.root.rename(root)
    except BaseException:
        shutil.rmtree(temporary.root, ignore_errors=True)  # what was made a moment ago
        raise
    sync_folder(root.parent)


def _refusal(request: Request) -> str:
    name = request.plan.name
    root = request.paths.root
    n = 2
    while root.with_name(f"{name}-{n}").exists():
        n += 1
    command = shlex.join(["python", "-m", "hpo", *request.plan.arguments])
    instead = f"{command} study={name} restart.overwrite=true    # moves the old one aside"
    if _is_unfinished(request.paths):
        instead = f"python -m hpo restart=resume study={name}    # goes on with it"
    return (
        f"study={name} exists already (a new study needs a name of its own). Either of these would work:\n"
        f"  {command} study={name}-{n}\n"
        f"  {instead}"
    )


def _is_unfinished(paths: StudyPaths) -> bool:
    try:
        results = StoredStudy.read(paths).results()
    except HpoError:  # a study that cannot be read cannot be resumed either
        return False
    return bool(results.n_unasked or results.ledger.unfinished)


def _move_aside(paths: StudyPaths) -> None:
    aside = _free(paths.root.with_name(f"{paths.root.name}.until-{name_of_now()}"))
    with StudyLock(paths.lock):  # nobody runs it, nor begins to
        paths.root.rename(aside)
    StudyPaths(aside).lock.unlink(missing_ok=True)
    log.info("The earlier study of this name is now %s", aside.name)


def _free(path: Path) -> Path:
    n = 1
    free = path
    while free.exists():
        n += 1
        free = path.with_name(f"{path.name}-{n}")
    return free
