"""Commands in whole studies: refused, run, timed out, stopped early."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.study import Status
from hpo.worker import supervise
from tasks.command import Command
from tests.cli import REPOSITORY, hpo, succeed
from tests.worker.acts import assignment, is_running, pids, wait_until

X = "+space.parameters.x={type: range, bounds: [0.0, 1.0]}"
HANG = "/bin/sh -c 'sleep 1000 & echo $$ $! > new; mv new pids; wait' {x}"
SUPERVISE = f"""
import sys
from pathlib import Path
from hpo.worker import supervise
from tasks.command import Command
from tests.worker.acts import assignment

supervise(Command({HANG!r}), assignment(Path(sys.argv[1])), lambda _: None)
"""
SIMULATE = """
case $1 in 0*) echo no >&2; exit 3 ;; esac
echo value $1
echo "{\\"loss\\": $1}"
"""
WALK = """
n=0
if [ -n "$2" ]; then n=$(cat "$2"); fi
while [ $n -lt 8 ]; do
  n=$((n + 1)); echo $n > walk.new; mv walk.new walk; echo $n >> taken
  echo "{\\"step\\": $n, \\"value\\": $n, \\"checkpoint\\": \\"walk\\"}"
  sleep 0.3
done
"""
CLIMB = """
import json, sys, time
x = float(sys.argv[1])
for step in range(1, 10):
    time.sleep(0.4)
    print(json.dumps({"step": step, "loss": x - 1 / step}))
print(json.dumps({"loss": x}))
"""


@pytest.mark.slow
def test_a_study_of_a_command(tmp_path: Path) -> None:
    """Its metrics are in the table, its output in the log, and a failure has the code and the output in its reason."""
    (tmp_path / "simulate.sh").write_text(SIMULATE)
    succeed(
        *("task=command", "task.command='/bin/sh {script} {x}'", "+task.files.script=simulate.sh"),
        *("+space.parameters.x={type: range, bounds: [0.0, 2.0]}", "objective.metric=loss", "tuner=inline"),
        *("study=s", "num_trials=2", "optimizer.first=[{x: 1.5}, {x: 0.5}]"),
        cwd=tmp_path,
    )
    with (tmp_path / "outputs/s/trials.csv").open(newline="") as file:
        rows = {int(row["trial_index"]): row for row in csv.DictReader(file)}
    assert rows[0]["loss"] == "1.5"
    assert "value 1.5" in (tmp_path / "outputs/s/trials/0000/log.txt").read_text()
    assert rows[1]["status"] == "failed"
    assert rows[1]["reason"] == "CommandError: the command ended with exit code 3; it printed last: no"


def test_a_bad_template_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A placeholder that the space lacks and a parameter that the template does not use are told together."""
    run = hpo("task=command", "task.command='echo {y}'", X, "tuner=inline", cwd=tmp_path)
    assert run.returncode == 2
    assert "space.parameters.x is not a parameter of task 'command' (it takes y)" in run.stderr
    assert "space.parameters lacks y, which task 'command' needs" in run.stderr
    assert not (tmp_path / "outputs").exists()


def test_a_command_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    """After the time limit of a trial its command and that one's children are gone."""
    outcome = supervise(Command(HANG), assignment(tmp_path, timeout_s=1.0), lambda _: None)
    assert outcome is not None
    assert outcome.status is Status.TIMEOUT
    wait_until(lambda: not any(is_running(pid) for pid in pids(tmp_path)))


def test_a_command_does_not_outlive_the_program(tmp_path: Path) -> None:
    """After kill -9 of the supervising process the command and its children vanish."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen([sys.executable, "-c", SUPERVISE, str(tmp_path)], env=environment) as supervisor:
        left = pids(tmp_path)
        assert all(is_running(pid) for pid in left)
        supervisor.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in left))


@pytest.mark.slow
def test_an_interrupted_command_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    """SIGTERM ends it with its next report; resumed, it is given what it left, and no step is taken twice."""
    (tmp_path / "walk.sh").write_text(WALK)
    arguments = ("task=command", "task.command='/bin/sh {script} {x} {checkpoint}'", "+task.files.script=walk.sh", X)
    whole = [sys.executable, "-m", "hpo", *arguments, "tuner=inline", "optimizer=sobol", "num_trials=1", "study=s"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    taken = tmp_path / "outputs/s/trials/0000/taken"
    with subprocess.Popen(whole, cwd=tmp_path, env=environment, stderr=subprocess.PIPE) as program:
        wait_until(lambda: taken.exists() and len(taken.read_text().split()) >= 2)
        program.send_signal(signal.SIGTERM)
        program.communicate()
    assert program.returncode == 128 + signal.SIGTERM
    assert len(taken.read_text().split()) < 8
    assert "value = 8 in trial 0" in succeed("restart=resume", "study=s", cwd=tmp_path)
    assert taken.read_text().split() == [str(n) for n in range(1, 9)]


@pytest.mark.ray
@pytest.mark.slow
def test_a_scheduler_stops_commands_by_what_they_print(tmp_path: Path) -> None:
    """On a real Ray, JSON lines with a step are the reports that scheduler=asha judges by."""
    (tmp_path / "climb.py").write_text(CLIMB)
    text = succeed(
        *("task=command", "task.command='{python} {script} {x}'", "+task.files.script=climb.py", X),
        *("objective.metric=loss", "optimizer=sobol", "num_trials=8", "concurrency=2", "study=s"),
        *("resources.cpus_per_trial=0.5", "scheduler=asha"),
        cwd=tmp_path,
    )
    assert "stopped early): loss = " in text
