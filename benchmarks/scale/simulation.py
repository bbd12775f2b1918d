"""A study of the real program, driven as Ray Tune drives it, by workers that exist in a list only.

Real are the study with its journal, lock and files, the observers, the searcher, Ray's callback of the study, and the
process that suggests. Not there are Ray and the trials: when a trial reports and ends is drawn beforehand, and the
clock is put forward to it once nobody computes. Who waits for the program or for a suggestion waits as in a real study.
"""

import heapq
import json
import math
import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import psutil
from ray.tune.experiment import Trial as RayTrial
from ray.tune.search import Searcher

from benchmarks.scale.clock import ProcessorClock, computed_s, waits
from benchmarks.scale.workload import Spent, Workload
from hpo.callbacks.csv import Csv
from hpo.callbacks.progress import Progress
from hpo.objective import build_objective
from hpo.optimizer import Optimizer
from hpo.optimizer.remote_proposer import RemoteProposer
from hpo.optimizer.setup import Setup
from hpo.resources import Resources
from hpo.space import build_space
from hpo.study import Outcome, Plan, Status, Study, StudyPaths
from hpo.study.history import History
from hpo.task import Report
from hpo.tuner.base import assignment
from hpo.tuner.ray.events import StudyEvents
from hpo.tuner.ray.searcher import OUTCOME, QUIET_S, REPORT, StudySearcher
from tasks.toy import Hartmann6

SERVER = "hpo.optimizer.server"
N_REPORTS = 10
SIGMA = 0.3  # shape of the lognormal run times
WAIT_S = 0.002  # for a message, before it is looked again whether the process that suggests computes
N_SAMPLES = 20  # of the memory, over the run
SPACE = build_space({f"x{i}": {"type": "range", "bounds": [0.0, 1.0]} for i in range(1, 7)})
OBJECTIVE = build_objective("value")


class Simulation:
    """One study.

    Args:
        root: The study's directory, which exists.
        optimizer: What suggests.
        workload: What is simulated.
    """

    def __init__(self, root: Path, optimizer: Optimizer, workload: Workload) -> None:
        self._workload = workload
        self._task = Hartmann6(sleep_s=workload.trial_s, sleep_sigma=SIGMA)
        self._clock = ProcessorClock()
        self._spent = Spent()
        self._numbers = count()
        self._due: list[tuple[float, int, str, Mapping[str, str], bool]] = []  # when, order, trial, result, is the end
        self._waits_s: list[float] = []  # of slots for a suggestion
        self._free_since: list[float] = []
        self._memory: list[tuple[int, float, float]] = []  # trials, MiB of the driver, MiB of the process that suggests
        self._plan = Plan("scale", workload.n_trials, workload.slots, seed=0)
        proposer = RemoteProposer(
            Setup(
                optimizer=optimizer,
                space=SPACE,
                objective=OBJECTIVE,
                seed=0,
                slots=workload.slots,
                n_left=workload.n_trials,
            )
        )
        (self._server,) = (child for child in psutil.Process().children() if SERVER in child.cmdline())
        self._may_compute = True  # the server, after a message
        paths = StudyPaths(root)
        self.study = Study(
            self._plan,
            paths,
            paths.new_session("now"),
            space=SPACE,
            objective=OBJECTIVE,
            proposer=proposer,
            history=History(paths),
            observers={"csv": Csv(), "progress": Progress(live=False)},
        )
        self._searcher = StudySearcher(self.study, partial(assignment, self.study, resources=Resources()))
        self._events = StudyEvents(self.study, self._searcher, start_timeout_s=1e9, wait_for_ray=lambda: None)

    def run(self) -> dict[str, object]:
        """Run it to its end and return what it cost, as JSON can hold it."""
        self.study.begin()
        self._wait_for_server()
        server_s = computed_s(self._server.pid)
        every = max(1, self._workload.n_trials // N_SAMPLES)
        with self._clock.of_the_program():
            while not self._fill() or self._due:
                self._let_pass()
                if self._due and self._step() and self.study.n_ended % every == 0:
                    self._memory.append((self.study.n_ended, _mib(psutil.Process()), _mib(self._server)))
            server_s = computed_s(self._server.pid) - server_s
            found = self._found(server_s)
            before = time.process_time(), computed_s(self._server.pid)
            with self._clock.uncounted():
                self.study._files.save_all()  # noqa: SLF001 - what end() does, while the other process is there
            found["end_s"] = [time.process_time() - before[0], computed_s(self._server.pid) - before[1]]
            self.study.end()
        return found

    def _wait_for_server(self) -> None:
        """Wait until the process has loaded Ax and has nothing to do; a real study has workers to start meanwhile."""
        computed = -1.0
        while not waits(self._server.pid) or computed_s(self._server.pid) > computed:
            computed = computed_s(self._server.pid)
            time.sleep(0.5)

    def _fill(self, *, is_counted: bool = True) -> bool:
        """Give free slots a trial as far as there are suggestions; return whether no further one will come.

        Args:
            is_counted: Whether to be told that there is none counts as the program's work.
        """
        while True:
            name = f"{next(self._numbers):06d}"
            before_s = self._spent.cpu_s
            with self._spent.counted():
                got = self._searcher.suggest(name)
            if got is None and not is_counted:
                self._spent.cpu_s = before_s
            is_wanted = self.study.n_running < self._workload.slots and not self.study.is_asked_out
            self._may_compute |= is_wanted or got is not None
            if got == Searcher.FINISHED:
                return True
            if got is None:
                return self.study.is_asked_out
            with self._spent.counted():
                self._events.on_trial_start(0, [], SimpleNamespace(trial_id=name, status=RayTrial.RUNNING))
            if self._free_since:
                self._waits_s.append(self._clock.time() - self._free_since.pop(0))
            self._schedule(name)

    def _schedule(self, name: str) -> None:
        index = self._searcher.index_of[name]
        began, seconds = self._clock.time(), self._task.schedule(self._plan.trial_seed(index)).run_s
        parameters = self.study.ledger.trials[index].parameters
        value = self._task.value([float(parameters[f"x{i}"]) for i in range(1, 7)])
        for step in range(1, N_REPORTS + 1):
            report = Report(step, {"value": value + 1 / step})
            self._add(began + seconds * step / (N_REPORTS + 1), name, {REPORT: json.dumps(asdict(report))})
        outcome = Outcome(Status.COMPLETED, {"value": value}, started_at=began, seconds=seconds)
        self._add(began + seconds, name, {OUTCOME: json.dumps(outcome.to_json())}, is_end=True)

    def _add(self, when: float, name: str, result: Mapping[str, str], *, is_end: bool = False) -> None:
        heapq.heappush(self._due, (when, next(self._numbers), name, result, is_end))

    def _let_pass(self) -> None:
        """Let time pass until the next event is due: as the process that suggests computes, and the rest at once."""
        due = self._due[0][0] if self._due else math.inf
        has_paused = False
        while self._clock.time() < due:
            if self._may_compute:
                with self._clock.run_by(self._server.pid):
                    self._may_compute = not waits(self._server.pid)
                    self.study.wait(WAIT_S if self._may_compute else 0.0)
                n_asked = self.study.ledger.n_asked
                self._fill(is_counted=False)  # far more often than Ray asks
                if not self._due or self.study.ledger.n_asked > n_asked:
                    return
            elif has_paused or due - self._clock.time() < QUIET_S:
                self._clock.skip_to(due)
            else:
                self._clock.skip_to(self._clock.time() + QUIET_S)  # Ray asks again while it waits; that is a pause
                has_paused = True
                self._fill()

    def _step(self) -> bool:
        """Hand over the next event; return whether it was the end of a trial."""
        when, _, name, result, is_end = heapq.heappop(self._due)
        with self._spent.counted():
            self._searcher.on_trial_result(name, result)
            if is_end:
                self._searcher.on_trial_complete(name, result)
            self._events.on_step_end(0, [])
        if is_end:
            self._may_compute = True
            self._free_since.append(when)
        return is_end

    def _found(self, server_s: float) -> dict[str, object]:
        n = self._workload.n_trials
        ledger = self.study.ledger
        return {
            **asdict(self._workload),
            "rate": self._workload.rate,
            "driver_cpu_ms": 1000 * self._spent.cpu_s / n,
            "server_cpu_ms": 1000 * server_s / n,
            "journal_bytes": self.study.paths.journal.stat().st_size / n,
            "generation_s": [statistics.median(ledger.generation_s), max(ledger.generation_s)],
            "last_generation_s": statistics.median(ledger.generation_s[-50:]),
            "n_unseen_mean": statistics.fmean(ledger.n_unseen),
            "utilisation": self.study.utilisation,
            "idle_s": dict(self.study.timeline().idle_s),
            "mean_wait_s": statistics.fmean(self._waits_s) if self._waits_s else 0.0,
            "virtual_s": self.study.wall_s,
            "memory_mib": self._memory,
        }


def _mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20
