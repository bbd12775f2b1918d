"""What was asked becomes a script, and is checked before anything is written."""

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from hpo.app.rehearsal import made_of_group, rehearsed, study_named
from hpo.errors import Fault, Findings, raise_faults
from hpo.machine import Machine
from hpo.outputs import OUTPUTS, SCRIPTS
from hpo.slurm.job import Job
from hpo.slurm.overrides import ANYWHERE, SITE, Overrides
from hpo.slurm.script import Script
from hpo.slurm.site import Site
from hpo.slurm.studies import names_of, studies_of, to_check

MOST_JOBS = 1000  # SLURM's own limit for an array, unless the site has set another
FEW = 10  # studies that are checked before anybody wonders
MANY = 10**6  # processors of a node that nobody counted
LONGEST_SIGNAL_S = 65535  # of --signal


def script_of(options: argparse.Namespace, typed: str) -> Script:
    """Return the script that was asked for.

    Args:
        options: The command line, parsed.
        typed: The same as it was typed.

    Raises:
        InputError: If a study could not run, or SLURM would not take the job, with every independent fault.
        DamagedStudyError: If a study that is to go on cannot be understood.
        SystemExit: If Hydra refuses the overrides; it has said why.
    """
    findings = Findings()
    folders = [] if options.config_dir is None else ["--config-dir", str(options.config_dir.absolute())]
    overrides = Overrides.sorted(options.overrides)
    job = findings.attempt(lambda: _job(options))
    of_study = overrides.faults(options.nodes)
    raise_faults([*findings.faults, *of_study] if of_study else [])
    site = findings.attempt(lambda: made_of_group(SITE, overrides.of_site, folders, Site))
    studies = studies_of(overrides.completed(job or Job()), options.array)
    named = dict(zip(names_of(studies, folders), studies, strict=True))
    findings.faults.extend(_array_faults(len(studies), len(named), options.at_once))
    common = [text for text in studies[0].overrides if text not in studies[0].swept and not text.startswith("study=")]
    own = {name: [f"study={name}", *study.swept] for name, study in named.items()}
    names = to_check(named)
    if len(names) > FEW:
        sys.stderr.write(f"Checking {len(names)} studies, about one a second\n")
    checked = [findings.attempt(partial(_grace_s, [*folders, *common, *own[name]], job or Job())) for name in names]
    raise_faults(dict.fromkeys(findings.faults))
    base = study_named([*folders, *studies[0].overrides], ()) if len(named) > 1 else next(iter(named))
    script = Script(
        typed=typed,
        job=_named(job, base),
        site=site or Site(),
        names=list(named),
        common=[*folders, *common, *(next(iter(own.values())) if len(own) == 1 else ())],
        own=list(own.values()),
        grace_s=max(grace_s for grace_s in checked if grace_s is not None),
        folder=Path.cwd(),
        outputs=Path(OUTPUTS) / SCRIPTS if options.output is None else options.output.parent,
        at_once=options.at_once,
    )
    raise_faults(_time_faults(script))
    return script


def _job(options: argparse.Namespace) -> Job:
    return Job(
        n_nodes=options.nodes,
        n_cpus=options.cpus_per_node,
        n_gpus=options.gpus_per_node,
        memory=options.mem,
        time=options.time,
        name=options.job_name,
        partition=options.partition,
        account=options.account,
        n_requeues=options.requeues,
    )


def _named(job: Job | None, name: str) -> Job:
    if job is None:
        raise AssertionError("there is no job, and no fault says why")
    return job if job.name is not None else replace(job, name=name)


def _array_faults(n_studies: int, n_names: int, at_once: int | None) -> Iterator[Fault]:
    if n_names < n_studies:
        yield Fault("Two of the studies have the same name", "one job at a time runs a study", "Drop equal values")
    if n_studies > MOST_JOBS:
        yield Fault(f"{n_studies} studies are too large an array", f"it takes {MOST_JOBS}", "Give fewer values")
    if at_once is not None and at_once < 1:
        yield Fault(f"--at-once {at_once} lets no job run", "it takes 1 or more", "Leave --at-once out")
    elif at_once is not None and n_studies == 1:
        yield Fault(f"--at-once {at_once} is for an array", "this is one study", "Leave it out, or add --array 3")


def _grace_s(arguments: Sequence[str], job: Job) -> float:
    """Check a study's arguments and return its time of grace, in s.

    Raises:
        InputError: If it could not run.
    """
    address = [f"resources.address={ANYWHERE}"] if job.n_nodes > 1 else []
    node = Machine(MANY if job.n_cpus is None else job.n_cpus, job.n_gpus, is_here=False)
    return rehearsed([*arguments, *address], [node] * job.n_nodes).request.interruption.grace_s


def _time_faults(script: Script) -> Iterator[Fault]:
    time_s, signal_s = script.job.time_s, script.signal_s
    what = f"grace_s={script.grace_s:g} and cluster.stop_s={script.site.stop_s:g}"
    if signal_s > LONGEST_SIGNAL_S:
        yield Fault(f"{what} are too long", f"SLURM warns at most {LONGEST_SIGNAL_S} s before", "Set grace_s=30")
    elif time_s is not None and time_s <= signal_s:
        yield Fault(
            f"--time {script.job.time} is no longer than {what} together",
            f"a study is asked to stop {signal_s} s before the limit",
            f"Set --time {math.ceil(signal_s / 60) + 1}, or a smaller grace_s",
        )
