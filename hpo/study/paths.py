"""Every file name of a study, in one place."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


def name_of_now() -> str:
    """Return the local time, to the second, as folders are named after it that sort by their age."""
    return datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")


@dataclass(frozen=True)
class StudyPaths:
    """Where the parts of a study lie.

    Attributes:
        root: The study's directory, absolute.
    """

    root: Path

    @property
    def config(self) -> Path:
        """What was asked: the resolved config, versions, digests."""
        return self.root / "study.yaml"

    @property
    def journal(self) -> Path:
        """The append-only truth."""
        return self.root / "journal.jsonl"

    @property
    def lock(self) -> Path:
        """What the process that runs the study holds."""
        return self.root / ".lock"

    @property
    def snapshot(self) -> Path:
        """The Ax client's JSON, a cache of the journal."""
        return self.root / "ax_client.json"

    @property
    def table(self) -> Path:
        """The trials for people and spreadsheets, best first."""
        return self.root / "trials.csv"

    @property
    def best(self) -> Path:
        """The best parameters as overrides one can run again."""
        return self.root / "best.yaml"

    @property
    def summary(self) -> Path:
        """The study in numbers, for programs."""
        return self.root / "summary.json"

    @property
    def trials(self) -> Path:
        """The folder of the trials' directories."""
        return self.root / "trials"

    def trial(self, index: int) -> Path:
        """Return the directory of the trial ``index``."""
        return self.trials / f"{index:04d}"

    def new_session(self, name: str) -> Path:
        """Return a directory that is not there for a run of the program: ``name``, perhaps with a number."""
        folder = first = self.root / "sessions" / name
        n = 1
        while folder.exists():
            n += 1
            folder = first.with_name(f"{name}-{n}")
        return folder


PARAMETERS_FILE = "params.yaml"
RESULT_FILE = "result.json"
LOG_FILE = "log.txt"
STOP_FILE = "stop"  # in a session's folder: the study asks its trials to stop


def early_stop_file(session: Path, index: int, attempt: int) -> Path:
    """Return where the outcome of a trial that is stopped early is left for its worker, in a session's folder.

    Args:
        session: The session's folder.
        index: The trial.
        attempt: Which attempt at it, from 1.
    """
    return session / "stopped" / f"{index:04d}.{attempt}.json"
