"""Studies as jobs of a SLURM that a test started."""

import json
import os
import re
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path

import psutil

from hpo.study.journal import read_events
from tests.cli import REPOSITORY
from tests.slurm.cluster import FINAL, SlurmCluster

TASK = (
    *("task=function", "task.function=where.where", "space=function", "objective.metric=value", "study=where"),
    *("+space.parameters.x={type: range, bounds: [0.0, 1.0]}", "optimizer=sobol", "callbacks=csv"),
)
_ADDRESS = re.compile(r"--gcs-address=(\S+)")
_CALL = """
import sys
from ray._raylet import GcsClient
from ray.exceptions import AuthenticationError
try:
    print(len(GcsClient(address=sys.argv[1]).get_all_node_info(timeout=30)), "nodes")
except AuthenticationError:
    print("AuthenticationError")
"""


@dataclass(frozen=True)
class Trial:
    """What a trial of the task in ``where.py`` left behind: the node, the GPUs that it saw, and seconds since 1970."""

    host: str
    gpus: frozenset[str]
    began: float
    ended: float

    def runs_beside(self, other: "Trial") -> bool:
        """Tell whether both ran on one node at the same time."""
        return self.host == other.host and self.began < other.ended and other.began < self.ended


class StudyJobs:
    """Submits studies from ``folder`` and looks after their jobs.

    Args:
        cluster: The SLURM.
        folder: Where ``outputs`` lies.
        python: The interpreter.
    """

    def __init__(self, cluster: SlurmCluster, folder: Path, python: str) -> None:
        self.cluster = cluster
        self.folder = folder
        self.submitted: list[str] = []
        self._python = python
        self._path = os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._started: list[psutil.Popen] = []

    def hpo(self, *arguments: str, module: str = "hpo", timeout_s: float = 120) -> str:
        """Run a command of this program on the login node and return what it printed."""
        settings = (f"PYTHONPATH={self._path}", "COLUMNS=200")
        command = ("env", *settings, self._python, "-m", module, *arguments)
        return self.cluster.run(*command, cwd=self.folder, timeout_s=timeout_s)

    def start_hpo(self, *arguments: str) -> psutil.Popen:
        """Start ``python -m hpo`` on the login node, as a user who waits for it; :meth:`said` has what it prints."""
        with (self.folder / "said.log").open("w") as log:
            self._started.append(
                psutil.Popen(
                    [*self.cluster.login, self._python, "-m", "hpo", *arguments],
                    cwd=self.folder,
                    env={**self.cluster.environment, "PYTHONPATH": self._path},
                    stdout=log,
                    stderr=log,
                )
            )
        return self._started[-1]

    def said(self) -> str:
        """Return what the program printed that :meth:`start_hpo` started."""
        return (self.folder / "said.log").read_text()[-3000:]

    def submit(self, *arguments: str) -> str:
        """Submit a study and return the number of its job."""
        job = self.hpo(*arguments, "--submit", module="hpo.slurm").rsplit(maxsplit=1)[-1]
        self.submitted.append(job)
        return job

    def submit_where(self, *arguments: str, sleep_s: float, num_trials: int) -> str:
        """Submit a study of the task in ``where.py``."""
        return self.submit(*TASK, f"+task.fixed.sleep_s={sleep_s}", f"num_trials={num_trials}", *arguments)

    def reached(self, job: str, token: Path | None) -> str:
        """Return what a program finds that calls the Ray of a job with such a token: its nodes, or an error."""
        variables = [] if token is None else ["RAY_AUTH_MODE=token", f"RAY_AUTH_TOKEN_PATH={token}"]
        (address,) = {word for line in self.command_lines(job) for word in _ADDRESS.findall(line)}
        return self.cluster.run("env", *variables, self._python, "-c", _CALL, address)

    def without_exports(self) -> tuple[str, str]:
        """Return what makes a job begin without the environment from which it was submitted, as some sites demand."""
        exports = f"export PYTHONPATH={self._path} SLURM_CONF={self.cluster.environment['SLURM_CONF']}"
        return "cluster.sbatch=['--export=NONE']", f"cluster.preamble=['{exports}']"

    def study(self, name: str = "where") -> Path:
        """Return the directory of a study."""
        return self.folder / "outputs" / name

    def events(self, kind: str, name: str = "where") -> list[int]:
        """Return the indices of the trials of which the journal has such an event, in its order."""
        journal = self.study(name) / "journal.jsonl"
        events = read_events(journal) if journal.exists() else []
        return [int(str(event["index"])) for event in events if event["event"] == kind]

    def summary(self, name: str = "where") -> dict[str, object]:
        """Return what ``summary.json`` says."""
        found: dict[str, object] = json.loads((self.study(name) / "summary.json").read_text())
        return found

    def trials(self) -> list[Trial]:
        """Return what each trial of the task in ``where.py`` left behind."""
        found = [json.loads(path.read_text()) for path in sorted(self.study().glob("trials/*/where.json"))]
        return [Trial(**{**each, "gpus": frozenset(filter(None, each["gpus"].split(",")))}) for each in found]

    def pairs_at_once(self) -> list[tuple[Trial, Trial]]:
        """Return the pairs of trials that ran on one node at the same time."""
        return [(one, other) for one, other in combinations(self.trials(), 2) if one.runs_beside(other)]

    def hosts(self) -> Counter[str]:
        """Return how many trials ran on each node."""
        return Counter(trial.host for trial in self.trials())

    def wait_for_ends(self, n_trials: int, job: str, name: str = "where") -> None:
        """Return when the journal has so many trials that completed."""
        self.cluster.wait_for(
            lambda: len(self.events("completed", name)) >= n_trials or self.cluster.state(job) in FINAL,
            180,
            f"{n_trials} trials complete: {self.printed()}",
        )
        assert len(self.events("completed", name)) >= n_trials, self.printed()

    def preempt(self) -> None:
        """Submit a job that comes before those of other partitions and wants all nodes."""
        wants = ("--partition=urgent", f"--nodes={len(self.cluster.nodes)}", "--exclusive", "--output=urgent.out")
        self.submitted.append(self.cluster.run("sbatch", "--parsable", *wants, "--wrap=true", cwd=self.folder))

    def terminate(self, job: str) -> None:
        """Send SIGTERM to all processes of a job; it stays a job that SLURM did not end."""
        self.cluster.run("scancel", "--full", "--signal=TERM", job)

    def wait_until_put_back(self, job: str, timeout_s: float = 90) -> None:
        """Return when a job has gone back to the queue for the first time."""
        is_back = partial(self.cluster.field, job, "Restarts")
        self.cluster.wait_for(lambda: is_back() == "1", timeout_s, f"job {job} goes back: {self.printed()}")

    def crash_ray(self, job: str, part: str) -> None:
        """End a process of a job's Ray, such as ``gcs_server``, as a fault in it does."""
        for process in self.cluster.processes(job):
            with suppress(psutil.NoSuchProcess):
                if process.name() == part:
                    process.send_signal(signal.SIGSEGV)

    def ask_to_stop(self, job: str) -> None:
        """Send what SLURM sends some time before the time limit, which it looks at every 30 s only."""
        self.cluster.run("scancel", "--batch", "--signal=USR1", job)

    def ended(self, job: str, state: str) -> None:
        """Wait until a job ends, and fail if it does so in another state."""
        assert self.cluster.wait_until_ended(job, 300) == state, self.printed()

    def finished(self, job: str, num_trials: int) -> None:
        """Wait until a job completes its study, and fail if a trial is missing or runs again that had completed."""
        before = self.events("completed")
        self.ended(job, "COMPLETED")
        after = self.events("completed")
        assert after[: len(before)] == before
        assert sorted(after) == list(range(num_trials))

    def printed(self) -> str:
        """Return what the jobs printed."""
        logs = [*self.folder.glob("outputs/slurm/*.out"), *self.folder.glob("outputs/slurm/.ray-*/*.log")]
        return "\n".join(f"{path}:\n{path.read_text()[-3000:]}" for path in sorted(logs))

    def is_gone(self, job: str) -> bool:
        """Tell whether no process of a job runs any more."""
        return not self.cluster.processes(job)

    def wait_until_gone(self, *jobs: str, timeout_s: float = 60) -> None:
        """Return when no process of these jobs runs any more; fail if one stays."""
        for job in jobs:
            with suppress(AssertionError):
                self.cluster.wait_for(partial(self.is_gone, job), timeout_s, "all are gone")
            assert self.command_lines(job) == []

    def command_lines(self, job: str) -> list[str]:
        """Return what the processes of a job were started with."""
        lines = []
        for process in self.cluster.processes(job):
            with suppress(psutil.Error):
                lines.append(" ".join(process.cmdline()))
        return lines

    def cancel_all(self) -> None:
        """Cancel what still runs, and end what it leaves."""
        for started in self._started:
            with suppress(psutil.NoSuchProcess):
                started.kill()
            started.wait()
        if not self.submitted:
            return
        self.cluster.run("scancel", *self.submitted)
        for job in self.submitted:
            self.cluster.wait_for(partial(self._is_over, job), 180, f"job {job} ends")
            for process in self.cluster.processes(job):
                with suppress(psutil.Error):
                    process.kill()

    def _is_over(self, job: str) -> bool:
        return not self.cluster.run("squeue", "-h", "-j", job)
