"""The batch script: what sbatch is told, what the study is told, and what happens on the nodes."""

import math
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hpo.slurm.job import Job
from hpo.slurm.site import Site


@dataclass(frozen=True, kw_only=True)
class Script:
    """A batch script.

    Attributes:
        typed: The command that makes it.
        job: What is asked of SLURM.
        site: What the site wants.
        names: The studies; more than one make an array of jobs, one each.
        common: The arguments that all studies have.
        own: The arguments of each study.
        grace_s: The longest that a study takes to stop, in s.
        folder: Where the studies' outputs are; absolute.
        outputs: Where the jobs print; below :attr:`folder`, or absolute.
        at_once: Jobs of the array that run at once; None for as many as there is room for.
    """

    typed: str
    job: Job
    site: Site
    names: Sequence[str]
    common: Sequence[str]
    own: Sequence[Sequence[str]]
    grace_s: float
    folder: Path
    outputs: Path
    at_once: int | None = None

    @property
    def is_array(self) -> bool:
        """Whether there is more than one study."""
        return len(self.names) > 1

    @property
    def summary(self) -> str:
        """What it runs, in a line."""
        what = f"{len(self.names)} studies, a job each" if self.is_array else f"Study {self.names[0]}"
        nodes = "on one node" if self.job.n_nodes == 1 else f"on {self.job.n_nodes} nodes"
        unit = " min" if str(self.job.time).isdecimal() else ""
        limit = "" if self.job.time_s is None else f", for at most {self.job.time}{unit} at a time"
        return f"{what}, {nodes}{limit}"

    @property
    def signal_s(self) -> int:
        """How long before the time limit the study is asked to stop, in s."""
        return math.ceil(self.grace_s + self.site.stop_s)

    def text(self) -> str:
        """Return the script."""
        parts = ["\n".join(self._head()), "\n".join(self._settings()), _part("signals")]
        if self.job.n_nodes > 1:
            parts.append(_part("ray"))
        return "\n".join([*parts, _part("study")])

    def _head(self) -> Iterator[str]:
        yield "#!/bin/bash"
        yield f"# {self.summary}. Made by:"
        yield from (f"#   {line}" for line in self.typed.splitlines())
        yield "# Every line may be edited. It can be submitted again at any time: a study that exists goes on."
        yield "#"
        for option, comment in self._options():
            yield f"#SBATCH {option}" + (f" # {comment}" if comment else "")
        yield from (f"#SBATCH {option}" for option in self.site.sbatch)
        yield ""

    def _options(self) -> Iterator[tuple[str, str]]:
        job, site = self.job, self.site
        yield f"--job-name={job.name}", ""
        for option, value in (("partition", job.partition or site.partition), ("account", job.account or site.account)):
            if value is not None:
                yield f"--{option}={value}", ""
        if self.is_array:
            limit = "" if self.at_once is None else f"%{self.at_once}"
            yield f"--array=0-{len(self.names) - 1}{limit}", ""
        yield f"--nodes={job.n_nodes}", ""
        yield "--ntasks-per-node=1", ""
        if job.n_cpus is None:
            yield "--exclusive", "whole nodes, with all their processors"
        else:
            yield f"--cpus-per-task={job.n_cpus}", "processors of each node"
        memory = job.memory or ("0" if job.n_cpus is None else None)
        if memory is not None:
            yield f"--mem={memory}", "of each node; 0: all it has" if memory == "0" else "of each node"
        if job.n_gpus:
            kind = "" if site.gpu_type is None else f"{site.gpu_type}:"
            yield f"--gpus-per-node={kind}{job.n_gpus}", ""
        if job.time is not None:
            yield f"--time={job.time}", ""
        yield f"--signal=B:USR1@{self.signal_s}", "s before the time limit: grace_s, and time to go back to the queue"
        yield ("--requeue", "also when a node fails") if job.n_requeues else ("--no-requeue", "")
        yield f"--chdir={shlex.quote(str(self.folder))}", ""
        number = "%A_%a" if self.is_array else "%j"
        yield f"--output={shlex.quote(f'{self.outputs}/%x-{number}.out')}", ""
        yield "--open-mode=append", "a job that comes back goes on in the same file"

    def _settings(self) -> Iterator[str]:
        python = self.site.python or sys.executable
        words = [*shlex.split(self.site.container or ""), python]
        yield from self.site.preamble
        yield f"python=({' '.join(map(_word, words))})"
        yield f"n_requeues={self.job.n_requeues} # a job that came back so often, why ever, is not put back again"
        if self.job.n_nodes > 1:
            yield f"scratch={_word(self.site.scratch)} # every node has its own"
            yield f"outputs={shlex.quote(str(self.outputs))}"
        yield "study=("
        yield from (f"  {shlex.quote(text)}" for text in self.common)
        yield ")"
        if self.is_array:
            yield "case $SLURM_ARRAY_TASK_ID in"
            yield from (f"  {i}) study+=({shlex.join(words)}) ;;" for i, words in enumerate(self.own))
            yield "esac"
        yield ""


def _word(text: str) -> str:
    """Return a word for bash, which takes it as it is but for what ``$NAME`` and ``~`` are on the node."""
    text = re.sub(r"^~(?=/)", "$HOME", text)
    if "$" not in text:
        return shlex.quote(text)
    return '"' + re.sub(r'(["\\`])', r"\\\1", text) + '"'


def _part(name: str) -> str:
    return (files("hpo.slurm") / f"{name}.sh").read_text(encoding="utf-8")
