"""The trials for Weights & Biases: a run each, in files beside the study or, if asked, on its server."""

import os
import shlex
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpo.callbacks.reach import require_answer
from hpo.callbacks.tracked import Ended, Tracked
from hpo.callbacks.tracking import Tracking
from hpo.errors import Fault, raise_faults
from hpo.printable import shown
from hpo.study import Trial
from hpo.task import Metrics

if TYPE_CHECKING:
    import wandb

FOLDER = "wandb"  # that wandb makes in the directory it is given
WHOLE = "hpo-whole"  # a file in the folder of a run that is complete
SERVER = "https://api.wandb.ai"
INIT_S = 20.0  # for a server to take a run
MODES = ("offline", "online")


class WandB(Tracking):
    """Makes a run a trial, in a group a study.

    Parameters are the run's config; a report's metrics are its history at the report's step; those of the outcome, the
    status and the reason are its summary. A run that is kept in files is written when its trial has ended, so that
    there is one for each trial in however many sessions it ran.

    Args:
        mode: ``offline`` for files below ``wandb/`` in the study's directory, for ``wandb sync``; ``online`` to send.
        project: Of W&B.
        entity: Of W&B: a user or a team; None for the user's own default.

    Raises:
        InputError: If wandb is not installed, the mode is another, or there is no key to send with.
    """

    key = "callbacks.wandb"
    libraries = ("wandb",)
    extra = "wandb"

    def __init__(self, mode: str = "offline", project: str = "hpo", entity: str | None = None) -> None:
        super().__init__()
        raise_faults(_faults(mode))
        self.is_live = mode == "online"
        self._where: dict[str, Any] = {"mode": mode, "project": project, "entity": entity}
        self._study: Tracked
        self._page: str | None = None  # of the project
        self._runs: dict[int, wandb.Run] = {}

    def reach(self) -> None:
        """Make sure that the server answers, if it is told."""
        if self.is_live:
            require_answer(_server())

    def open(self, study: Tracked) -> None:
        """Take note of the study; each run is opened by itself."""
        self._study = study
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # to its makers
        import wandb  # noqa: PLC0415 - an extra

        wandb.setup(wandb.Settings(silent=True))

    def has(self, index: int) -> bool:
        """Tell whether the run was completed, here or on the server."""
        return any((folder / WHOLE).exists() for folder in self._folders(index))

    def begin(self, trial: Trial, steps: Collection[int]) -> Collection[int]:
        """Open the run of the trial; what an earlier session left half done in files gives way."""
        index = trial.index
        if not self.is_live:
            for folder in self._folders(index):
                shutil.rmtree(folder)
        import wandb  # noqa: PLC0415 - an extra

        self._runs[index] = wandb.init(
            **self._where,
            id=self._id(index),
            name=self._study.run_name(index),
            group=self._study.name,
            job_type="trial",
            config=dict(trial.parameters),
            dir=self._study.root,
            resume="allow" if self.is_live else None,
            reinit="create_new",
            settings=wandb.Settings(
                silent=True,
                init_timeout=INIT_S,
                console="off",
                disable_git=True,
                disable_code=True,
                x_disable_stats=True,  # this process runs no trial
                x_disable_meta=True,
                x_save_requirements=False,
            ),
        )
        if self.is_live:
            self._page = self._runs[index].project_url
        return steps if self._runs[index].resumed else ()

    def report(self, index: int, step: int, metrics: Metrics) -> None:
        """Log the metrics at ``step``."""
        self._runs[index].log(dict(metrics), step=step, commit=True)  # else it would be summed up last

    def end(self, ended: Ended) -> None:
        """Sum up, and close the run."""
        run = self._runs.pop(ended.trial.index)
        run.summary.update({"seconds": ended.seconds, **ended.facts, **ended.metrics})
        folder = Path(run.dir).parent
        run.finish(exit_code=0 if ended.is_success else 1)
        (folder / WHOLE).touch()

    def look(self, root: Path) -> str:
        """Return the command that sends the files, or where they were sent."""
        if not self.is_live:
            return f"wandb sync {shlex.quote(shown(root / FOLDER))}/offline-run-*"
        return f"group {self._study.name} of {self._page or self._where['project']}"

    def close(self) -> None:
        """Close the runs whose trials go on in another session, and wandb's own process."""
        import wandb  # noqa: PLC0415 - an extra

        for run in self._runs.values():
            run.finish(exit_code=1)
        self._runs.clear()
        wandb.teardown()

    def _id(self, index: int) -> str:
        return f"{self._study.id}-{index:04d}"

    def _folders(self, index: int) -> Iterator[Path]:
        """Yield the folders of a trial's runs."""
        return (self._study.root / FOLDER).glob(f"*run-*-{self._id(index)}")


def _faults(mode: str) -> Iterator[Fault]:
    key = WandB.key
    if mode not in MODES:
        yield Fault(f"{key}.mode={mode} is no mode", f"it takes {' or '.join(MODES)}", f"Set {key}.mode=offline")
    elif mode == "online" and not _has_key():
        allowed = "it comes from the variable WANDB_API_KEY, or from ~/.netrc"
        yield Fault(f"{key}.mode=online finds no key for W&B", allowed, f"Type wandb login, or set {key}.mode=offline")


def _has_key() -> bool:
    """Tell whether wandb would find a key without asking for it on the terminal."""
    from requests.utils import get_netrc_auth  # noqa: PLC0415 - comes with wandb

    if os.environ.get("WANDB_API_KEY") or os.environ.get("WANDB_IDENTITY_TOKEN_FILE"):
        return True
    return get_netrc_auth(_server()) is not None


def _server() -> str:
    return os.environ.get("WANDB_BASE_URL", SERVER)
