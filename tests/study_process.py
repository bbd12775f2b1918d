"""A study in a process of its own, which can be killed with all that it started."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from hpo.study.journal import read_events
from tests.cli import REPOSITORY, run_warm

MARK = "HPO_TEST_MARK"
_AGENT = re.compile(r".*/(dashboard/agent|runtime_env/agent/main)\.py|ray::\w+Agent\s*")  # the current Ray gives titles
TUNERS = {
    "inline": ("tuner=inline",),
    "ray": ("tuner=ray", "concurrency=2", "resources.cpus_per_trial=0.5"),
}


class StudyProcess:
    """Runs ``python -m hpo`` on the walking task, in ``folder``.

    Args:
        folder: The working directory; the study is ``outputs/torture`` in it.
        arguments: What to add to the command line.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.root = folder / "outputs" / "torture"
        self._arguments = arguments
        self._mark = uuid.uuid4().hex
        self._log_file = folder.with_name(f"{folder.name}.log")  # not in the folder, whose disk may be full
        shutil.copy(Path(__file__).with_name("walk.py"), folder)

    def start(self, *more: str) -> subprocess.Popen[str]:
        """Start it with all its arguments and ``more``; the caller ends it."""
        command = [sys.executable, "-m", "hpo", *self._command_line(more)]
        with self._log_file.open("a") as log:
            return subprocess.Popen(
                command, cwd=self.folder, env={**os.environ, **self._environment}, stdout=log, stderr=log, text=True
            )

    def run(self, *more: str, timeout_s: float = 300) -> int:
        """Run it to its end and return the exit code."""
        return self.bare(*self._command_line(more), timeout_s=timeout_s)

    def bare(self, *arguments: str, timeout_s: float = 300) -> int:
        """Run ``python -m hpo`` with these arguments alone and return the exit code."""
        streams = (self._log_file, self._log_file)
        return run_warm(
            "hpo", *arguments, cwd=self.folder, environment=self._environment, streams=streams, timeout_s=timeout_s
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "200", MARK: self._mark}

    def _command_line(self, more: Sequence[str]) -> list[str]:
        given = {text.partition("=")[0] for text in more}
        arguments = [
            *("task=function", "task.function=walk.walk", "space=function", "objective.metric=value"),
            "+space.parameters.x={type: range, bounds: [0.0, 1.0]}",
            *("study=torture", "optimizer=sobol", "callbacks=csv"),
            *self._arguments,
        ]
        return [*(text for text in arguments if text.partition("=")[0] not in given), *more]

    def start_and_wait(self, n_started: int, *more: str) -> subprocess.Popen[str]:
        """Start it and return when the journal has ``n_started`` more started trials; the caller ends it."""
        goal = self.count("started") + n_started
        process = self.start(*more)
        self.wait_for(process, lambda: self.count("started") >= goal)
        return process

    def wait_for(self, process: subprocess.Popen[str], holds: Callable[[], bool], limit_s: float = 180) -> None:
        """Return when that holds; fail if the process ends before, or if it takes longer than the limit."""
        deadline = time.monotonic() + limit_s
        while not holds():
            assert process.poll() is None, self.log[-4000:]
            if time.monotonic() > deadline:
                process.kill()
                raise AssertionError(self.log[-4000:])
            time.sleep(0.02)

    def count(self, event: str) -> int:
        """Return how often ``event`` is in the journal."""
        journal = self.root / "journal.jsonl"
        return sum(found["event"] == event for found in read_events(journal)) if journal.exists() else 0

    def kill_at_random(self, chance: random.Random, *more: str) -> bool:
        """Start it and kill the driver at a random moment; return whether it had ended before."""
        with self.start(*more) as process:
            self._wait_for_random_moment(process, chance)
            had_ended = process.poll() is not None
            process.send_signal(signal.SIGKILL)
        self.wait_until_all_are_gone(was_killed=True)
        return had_ended

    def _end_agents(self) -> None:
        for process in self.processes():
            with suppress(psutil.Error):
                if any(map(_AGENT.fullmatch, process.cmdline())):
                    process.kill()

    def _wait_for_random_moment(self, process: subprocess.Popen[str], chance: random.Random) -> None:
        if chance.random() < 0.25:  # while it starts up
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, 6))
            return
        before = self.count("started")
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline and self.count("started") == before:
            time.sleep(0.05)
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, 2))

    def processes(self) -> Iterator[psutil.Process]:
        """Yield every process that a run of this study started, also those that outlived it."""
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get(MARK) == self._mark and process.status() != psutil.STATUS_ZOMBIE:
                    yield process

    def wait_until_all_are_gone(self, timeout_s: float = 30, *, was_killed: bool = False) -> None:
        """Wait until nothing that it started runs any more; fail if something stays.

        Of a program that was killed an agent of Ray's, which has nothing to do with trials, stays for a minute.
        """
        deadline = time.monotonic() + timeout_s
        while left := list(self.processes()):
            if was_killed:
                self._end_agents()
            if time.monotonic() > deadline:
                lines = [" ".join(process.cmdline())[:200] for process in left]
                for process in left:
                    process.kill()
                raise AssertionError(f"still running {timeout_s} s after the driver was gone: {lines}")
            time.sleep(0.1)

    @property
    def log(self) -> str:
        """What all runs printed."""
        return self._log_file.read_text()
