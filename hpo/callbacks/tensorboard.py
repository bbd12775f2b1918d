"""The trials for TensorBoard: a run each, with its curves and its row in the table of hyperparameters."""

import shlex
import time
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from hpo.callbacks.tracked import Ended, Tracked
from hpo.callbacks.tracking import Tracking, typed_with
from hpo.printable import shown
from hpo.study import Trial
from hpo.task import Metrics

if TYPE_CHECKING:
    from tensorboardX import SummaryWriter

FOLDER = "tensorboard"
WHOLE = ".whole"  # ends the name of the file that completes a run
FLUSH_S = 5  # longest time until a report is on the disk


class TensorBoard(Tracking):
    """Writes event files to ``tensorboard/0007`` in the study's directory: ``tensorboard --logdir outputs/NAME``.

    A report's metrics are scalars under their own names, at the report's step; those of the outcome are at the last
    step. The table of hyperparameters has a row a trial, with its status.
    """

    key = "callbacks.tensorboard"
    libraries = ("tensorboardX",)
    extra = "tensorboard"

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path()
        self._trials: dict[int, Trial] = {}
        self._writers: dict[int, SummaryWriter] = {}
        self._last_step: dict[int, int] = {}

    def open(self, study: Tracked) -> None:
        """Take note of where the files lie."""
        self._folder = study.root / FOLDER

    def has(self, index: int) -> bool:
        """Tell whether the file is there that completes a run."""
        return any(self._run(index).glob(f"*{WHOLE}"))

    def begin(self, trial: Trial, steps: Collection[int]) -> Collection[int]:
        """Take note of the trial; at its next report it is known from where it goes on."""
        self._trials[trial.index] = trial
        return steps if self._run(trial.index).exists() else ()

    def report(self, index: int, step: int, metrics: Metrics) -> None:
        """Write a scalar for each metric; where the trial goes on from an earlier step, those after it are hidden."""
        if step <= self._last_step.get(index, step - 1):
            self._writers.pop(index).close()
        if index not in self._writers:
            self._writers[index] = self._writer(index, step)
        self._last_step[index] = step
        for name, value in metrics.items():
            self._writers[index].add_scalar(name, value, step)

    def end(self, ended: Ended) -> None:
        """Write the outcome's metrics, the reason and how it ended."""
        from hpo.callbacks.hparams import session_end  # noqa: PLC0415 - an extra

        index = ended.trial.index
        writer = self._writers.pop(index, None) or self._writer(index, ended.last_step)
        writer.close()
        with _writer(self._run(index), filename_suffix=WHOLE) as last:
            for name, value in ended.final.items():
                last.add_scalar(name, value, ended.last_step)
            for name, text in ended.facts.items():
                last.add_text(name, text, ended.last_step)
            last.file_writer.add_summary(session_end(ended))
        self._trials.pop(index)
        self._last_step.pop(index, None)

    def look(self, root: Path) -> str:
        """Return the command of TensorBoard."""
        command = shlex.join(["tensorboard", "--logdir", shown(root / FOLDER)])
        return typed_with("tensorboard", command, "tensorboard")

    def close(self) -> None:
        """Close the files."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def _run(self, index: int) -> Path:
        return self._folder / f"{index:04d}"

    def _writer(self, index: int, step: int) -> "SummaryWriter":
        """Return what writes the run of a trial from ``step`` on."""
        from hpo.callbacks.hparams import session_start  # noqa: PLC0415 - an extra

        trial = self._trials[index]
        folder = self._run(index)
        began = None if trial.outcome is None else trial.outcome.started_at
        n_before = len(list(folder.glob("events.*")))  # in the file's name too: two of one second would be one file
        writer = _writer(folder, purge_step=step if n_before else None, filename_suffix=f".{n_before}")
        writer.file_writer.add_summary(session_start(trial.parameters, f"{index:04d}", began or time.time()))
        return writer


def _writer(folder: Path, *, purge_step: int | None = None, filename_suffix: str = "") -> "SummaryWriter":
    from tensorboardX import SummaryWriter  # noqa: PLC0415 - an extra

    return SummaryWriter(
        str(folder), purge_step=purge_step, filename_suffix=filename_suffix, flush_secs=FLUSH_S, write_to_disk=True
    )
