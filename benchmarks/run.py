"""Run benchmarks and write the table: ``python benchmarks/run.py [NAME ...] [--quick]``, from any directory."""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    # In the place of this folder, whose modules are none to be imported by their bare names.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    runpy.run_module("benchmarks.command_line", run_name="__main__")
