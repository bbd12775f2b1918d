"""Peers, run in their environments, and when their trials ran."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.benchmark import BenchmarkError
from benchmarks.environments import Environment
from benchmarks.peers.job import JOB_VARIABLE
from benchmarks.process import run
from benchmarks.timeline import Span

TIMEOUT_S = 3600.0


@dataclass(frozen=True)
class PeerRun:
    """A peer that ran all its trials.

    Attributes:
        spans: When each trial ran, in the order of their starts.
        process_s: Seconds of the whole program.
    """

    spans: tuple[Span, ...]
    process_s: float


def peer(
    environment: Environment,
    module: str,
    run_times: Sequence[float],
    slots: int,
    *,
    options: Mapping[str, Any] | None = None,
    more: Mapping[str, str] | None = None,
) -> PeerRun:
    """Run ``benchmarks.peers.<module>`` in a temporary directory.

    Args:
        environment: Where it is installed; made already.
        module: The script.
        run_times: Seconds of each trial, in the order of their starts.
        slots: Trials at once.
        options: What this script understands beside that.
        more: Further environment variables.

    Raises:
        BenchmarkError: If it fails, or has run fewer trials than it should.
    """
    with TemporaryDirectory(prefix="hpo-benchmark-", ignore_cleanup_errors=True) as folder:
        spans, work, job = (Path(folder) / name for name in ("spans", "work", "job.json"))
        spans.mkdir()
        work.mkdir()
        content = {"slots": slots, "run_times": list(run_times), "spans": str(spans), "options": dict(options or {})}
        job.write_text(json.dumps(content))
        command = [str(environment.python), "-m", f"benchmarks.peers.{module}"]
        ended = run(command, work, more={JOB_VARIABLE: str(job), **(more or {})}, timeout_s=TIMEOUT_S)
        trials = [Span(*span) for span in json.loads(ended.last_line)["trials"]]
    if len(trials) < len(run_times):
        raise BenchmarkError(f"{len(trials)} of {len(run_times)} trials ended")
    return PeerRun(tuple(trials), ended.seconds)
