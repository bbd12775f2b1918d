import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import REPOSITORY
from tests.docs.documents import Command, Type

TIMEOUT_S = 600


@pytest.fixture
def type_command(tmp_path: Path) -> Type:
    """Type a command in a directory of its own, in which ``examples`` lies; return what it printed."""
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    settings = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY),
        "COLUMNS": "200",
    }
    shell = shutil.which("bash") or "/bin/sh"

    def run(command: Command) -> str:
        # A session of its own: where the time is up, what the command started ends with it.
        with subprocess.Popen(
            [shell, "-c", command.text],
            cwd=tmp_path,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                printed, _ = process.communicate(timeout=TIMEOUT_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                pytest.fail(f"{command.text} did not end within {TIMEOUT_S} s")
        assert process.returncode == command.exit_code, f"{command.text}\n{printed}"
        return printed

    return run
