"""Run the program as a user would.

Ax takes 3 s to import, longer than most of these runs take otherwise. So each is forked from a process that has
imported it, and nothing of this repository. What the program says while libraries are imported, and how it starts, is
tested where it is started by itself: tests/test_terminal.py, tests/docs, and many more.
"""

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

REPOSITORY = Path(__file__).parent.parent
WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["ax.api.client", "hydra", "plotly.graph_objects"])


def module(name: str, *arguments: str, cwd: Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """Run ``python -m NAME`` as a user would, from ``cwd``."""
    environment = {"PYTHONPATH": str(REPOSITORY), "COLUMNS": "200", "PWD_OF_RUN": str(cwd)}
    with TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        exit_code = run_warm(
            name, *arguments, cwd=cwd, environment=environment, streams=(out, err), timeout_s=timeout_s
        )
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
    process = WARM.Process(target=_run, args=(name, arguments, cwd, {**os.environ, **environment}, streams))
    process.start()
    process.join(timeout_s)
    if process.exitcode is None:
        process.kill()
        raise subprocess.TimeoutExpired([name, *arguments], timeout_s, *(path.read_bytes() for path in streams))
    return process.exitcode


def _run(
    name: str, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str], streams: Sequence[Path]
) -> None:
    for descriptor, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.path.insert(0, str(cwd))
    sys.argv = [name, *arguments]
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # which multiprocessing leaves out


def hpo(*arguments: str, cwd: Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """Run ``python -m hpo`` as a user would, from ``cwd``."""
    return module("hpo", *arguments, cwd=cwd, timeout_s=timeout_s)


def succeed(*arguments: str, cwd: Path) -> str:
    """Run it and return what it printed; fail the test if it did not end with 0."""
    run = hpo(*arguments, cwd=cwd)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout
