"""Run the program as a user would.

Ax takes 3 s to import, longer than most of these runs take otherwise. So each is forked from a process that has
imported it, and nothing of this repository. That leaves out how Python starts and ends, what libraries say while they
are imported, and that two processes order sets differently: a test of these says ``warm=False``.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

REPOSITORY = Path(__file__).parent.parent
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["ax.api.client", "hydra", "plotly.graph_objects"])
MARK = "PWD_OF_RUN"
LEFT_S = 60


def module(
    name: str, *arguments: str, cwd: Path, timeout_s: float = 300, warm: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m NAME`` as a user would, from ``cwd``; fail if something that it started stays.

    Args:
        name: The module.
        arguments: Its command line.
        cwd: Its working directory.
        timeout_s: Longest time, in s.
        warm: Whether it may be forked; else it is a Python of its own.

    Raises:
        TimeoutExpired: If it does not end in time; it is killed.
    """
    environment = {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "200", MARK: str(cwd)}
    if not warm:
        return subprocess.run(
            [sys.executable, "-m", name, *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            env={**os.environ, **environment},
        )
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        exit_code = run_warm(
            name, *arguments, cwd=cwd, environment=environment, streams=(out, err), timeout_s=timeout_s
        )
        _wait_until_all_are_gone(str(cwd))
        return subprocess.CompletedProcess([name, *arguments], exit_code, out.read_text(), err.read_text())


def run_warm(
    name: str, *arguments: str, cwd: Path, environment: Mapping[str, str], streams: tuple[Path, Path], timeout_s: float
) -> int:
    """Run ``python -m NAME`` in a process that has imported the slow libraries, and return its exit code.

    Args:
        name: The module.
        arguments: Its command line.
        cwd: Its working directory.
        environment: Variables beside those of this process.
        streams: The files to which its output and its errors are appended; they may be one.
        timeout_s: Longest time, in s.

    Raises:
        TimeoutExpired: If it does not end in time; it is killed.
    """
    for path in streams:
        path.touch()
    process = WARM.Process(target=_run, args=(name, arguments, cwd, {**os.environ, **environment}, streams))
    process.start()
    try:
        process.join(timeout_s)
        if process.exitcode is None:
            raise subprocess.TimeoutExpired([name, *arguments], timeout_s, *(path.read_bytes() for path in streams))
        return process.exitcode
    finally:
        process.kill()
        process.join()


def _run(
    name: str, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], streams: Sequence[Path]
) -> None:
    for descriptor, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), descriptor)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.path.insert(0, str(cwd))
    sys.argv = [name, *arguments]
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # which multiprocessing leaves out


def _wait_until_all_are_gone(mark: str) -> None:
    give_up_at = time.monotonic() + LEFT_S
    while left := marked(mark):
        assert time.monotonic() < give_up_at, f"still running after {LEFT_S} s: {left}"
        time.sleep(0.05)


def marked(mark: str) -> list[str]:
    """Return the command lines of the processes that run and were started by a run in the directory ``mark``."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
    return found


def hpo(*arguments: str, cwd: Path, timeout_s: float = 300, warm: bool = True) -> subprocess.CompletedProcess[str]:
    """Run ``python -m hpo`` as a user would, from ``cwd``; see :func:`module`."""
    return module("hpo", *arguments, cwd=cwd, timeout_s=timeout_s, warm=warm)


def succeed(*arguments: str, cwd: Path, warm: bool = True) -> str:
    """Run it and return what it printed; fail the test if it did not end with 0."""
    run = hpo(*arguments, cwd=cwd, warm=warm)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout
