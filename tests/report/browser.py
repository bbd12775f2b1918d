"""A page in a real browser."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FIGURE = "plotly-graph-div js-plotly-plot"  # plotly gives the second class to what it has drawn

needs_browser = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium")


def drawn(path: Path, profile: Path) -> tuple[str, list[str]]:
    """Open a page and return its elements after its scripts ran, and what was written to the console."""
    assert BROWSER is not None
    flags = ["--headless", "--enable-unsafe-swiftshader", "--enable-logging=stderr", "--virtual-time-budget=10000"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    command = [BROWSER, *flags, f"--user-data-dir={profile}", "--dump-dom", path.as_uri()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    messages = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    console = [line for line in messages if "GL Driver Message" not in line]  # of a machine without a graphics card
    return run.stdout.partition("<body")[2], console


def assert_all_drawn(body: str, console: list[str], n_figures: int) -> None:
    """Every figure is drawn, and the console, where errors and forbidden requests would be, is empty."""
    assert console == []
    assert body.count('class="figure"') == body.count(FIGURE) == n_figures
