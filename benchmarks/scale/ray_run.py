"""The real program with a real Ray, watched from outside: what each of its processes uses up.

python -m benchmarks.scale.ray_run 8 2 10 240
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

import psutil

from benchmarks.process import environment, last_words
from hpo.machine import Machine
from hpo.study.journal import read_events

EVERY_S = 0.5
ROLES = {"gcs_server": "gcs", "raylet/raylet": "raylet", "hpo.optimizer.server": "server"}
Sample = dict[str, dict[str, float]]  # by role: cpu_s, mib, n_files


def main() -> None:
    """Run what the command line names: slots, seconds of a trial, reports of a trial, trials."""
    slots, sleep_s, n_reports, n_trials = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    arguments = (
        "study=scale",
        "task=hartmann6",
        "optimizer=sobol",
        f"concurrency={slots}",
        f"resources.cpus_per_trial={Machine.here(count_gpus=False).n_cpus / slots:g}",
        f"task.sleep_s={sleep_s:g}",
        f"task.n_reports={n_reports}",
        f"num_trials={n_trials}",
    )
    with TemporaryDirectory(prefix="hpo-benchmark-", ignore_cleanup_errors=True) as folder:
        samples = watched(arguments, Path(folder))
        events = list(read_events(Path(folder) / "outputs" / "scale" / "journal.jsonl"))
    ends = [float(str(event["time"])) for event in events if event["event"] == "completed"]
    # From when every slot has had a trial to the last end: the start of Ray and of its workers is left out.
    sys.stdout.write(json.dumps(between(samples, ends, slots)) + "\n")


def watched(arguments: Sequence[str], folder: Path) -> list[tuple[float, Sample]]:
    """Run ``python -m hpo`` and return what its processes had used up, twice a second.

    Raises:
        RuntimeError: If it ends with another code than 0.
    """
    samples = []
    with TemporaryFile("w+") as output:
        program = subprocess.Popen(
            [sys.executable, "-m", "hpo", *arguments],
            cwd=folder,
            env=environment(),
            stdout=output,
            stderr=output,
        )
        driver = psutil.Process(program.pid)
        while program.poll() is None:
            samples.append((time.time(), sample(driver)))
            time.sleep(EVERY_S)
        output.seek(0)
        if program.returncode:
            raise RuntimeError(last_words(output.read()))
    return samples


def sample(driver: psutil.Process) -> Sample:
    """Return what the processes of a program have used up, by their roles; those that just end are left out."""
    found: Sample = {}
    for process in [driver, *_children(driver)]:
        try:
            role = "driver" if process == driver else _role(" ".join(process.cmdline()))
            with process.oneshot():
                used = {
                    "cpu_s": sum(process.cpu_times()[:2]),
                    "mib": process.memory_info().rss / 2**20,
                    "n_files": float(process.num_fds()),
                    "n_processes": 1.0,
                }
        except psutil.Error:
            continue
        before = found.setdefault(role, dict.fromkeys(used, 0.0))
        for name, value in used.items():
            before[name] += value
    return found


def between(samples: Sequence[tuple[float, Sample]], ends: Sequence[float], slots: int) -> Mapping[str, object]:
    """Return what each role used up between two ends of trials, and how its memory grew in the second half.

    Args:
        samples: As :func:`watched` returns them.
        ends: When trials ended, in order; the first as many as slots are left out.
        slots: Trials at once.
    """
    inner = [(when, found) for when, found in samples if ends[slots - 1] <= when <= ends[-1]]
    (first_at, first), (half_at, half), (last_at, last) = inner[0], inner[len(inner) // 2], inner[-1]
    n_ended = sum(first_at < end <= last_at for end in ends)
    n_in_second_half = sum(half_at < end <= last_at for end in ends)
    roles = sorted(first.keys() & last.keys())
    return {
        "slots": slots,
        "seconds": last_at - first_at,
        "n_trials": n_ended,
        "cpu_s": {role: last[role]["cpu_s"] - first[role]["cpu_s"] for role in roles},
        "grown_kib_a_trial": {
            role: 1024 * (last[role]["mib"] - half[role]["mib"]) / n_in_second_half for role in roles if role in half
        },
        "mib": {role: last[role]["mib"] for role in roles},
        "n_files": {role: max(found[role]["n_files"] for _, found in inner if role in found) for role in roles},
        "n_processes": {role: last[role]["n_processes"] for role in roles},
    }


def _children(driver: psutil.Process) -> list[psutil.Process]:
    try:
        return driver.children(recursive=True)
    except psutil.Error:
        return []


def _role(command: str) -> str:
    for mark, role in ROLES.items():
        if mark in command:
            return role
    return "agents" if "ray/dashboard" in command or "ray/_private" in command else "workers"


if __name__ == "__main__":
    main()
