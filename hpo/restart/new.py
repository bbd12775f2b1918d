"""``restart=new``: a study that does not exist yet."""

import logging
import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from hpo.atomic import write_atomically
from hpo.errors import Fault, InputError, StudyExistsError
from hpo.restart.base import Request, Restart
from hpo.study import Study

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
        if not isinstance(self.overwrite, bool):
            raise InputError(
                Fault(
                    f"restart.overwrite={self.overwrite} is neither yes nor no",
                    "it takes true or false",
                    "Set restart.overwrite=true to move the old study aside",
                )
            )

    def open(self, request: Request, session_name: str) -> Study:
        """Return an empty study in a directory of its own.

        Raises:
            StudyExistsError: If there is one already, also one that another process makes at the same moment.
        """
        paths = request.paths
        if paths.root.exists() and not self.overwrite:
            raise StudyExistsError(_refusal(request))
        from hpo.optimizer.ax_proposer import AxProposer  # noqa: PLC0415 - Ax takes seconds to import

        plan = request.plan
        proposer = AxProposer(request.optimizer, request.space, request.objective, seed=plan.seed, slots=plan.slots)
        if paths.root.exists():
            _move_aside(paths.root)
        try:
            paths.root.mkdir(parents=True)
        except FileExistsError:
            raise StudyExistsError(_refusal(request)) from None
        write_atomically(paths.config, yaml.safe_dump(dict(request.record), sort_keys=False))
        return Study(
            plan,
            paths,
            paths.session(session_name),
            space=request.space,
            objective=request.objective,
            proposer=proposer,
            observers=request.observers,
        )


def _refusal(request: Request) -> str:
    name = request.plan.name
    root = request.paths.root
    n = 2
    while root.with_name(f"{name}-{n}").exists():
        n += 1
    command = shlex.join(["python", "-m", "hpo", *request.plan.arguments])
    return (
        f"study={name} exists already (a new study needs a name of its own). Either of these would work:\n"
        f"  {command} study={name}-{n}\n"
        f"  {command} study={name} restart.overwrite=true    # moves the old one aside"
    )


def _move_aside(root: Path) -> None:
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    aside = root.with_name(f"{root.name}.until-{stamp}")
    root.rename(aside)
    log.info("The earlier study of this name is now %s", aside.name)
