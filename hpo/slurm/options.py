"""The options of ``python -m hpo.slurm``."""

import argparse
from pathlib import Path

_EPILOG = """What a site wants of every job is a file of the group cluster: cluster=NAME, a file of DIR/cluster
with --config-dir DIR. Values with commas, as in seed=1,2,3, make an array: a study each."""


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    made = argparse.ArgumentParser(
        prog="python -m hpo.slurm",
        description="Write a batch script for SLURM that runs a study, and goes on with it when its time is up. "
        "The study is checked first; a study that could not run gets no script.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    made.add_argument(
        "overrides",
        metavar="KEY=VALUE",
        nargs="*",
        help="as for python -m hpo: group=choice, key=value, +key=value, ~key",
    )
    made.add_argument("--config-dir", "-cd", metavar="DIR", type=Path, help="a folder of configs of your own")
    _add_job(made.add_argument_group("the job"))
    script = made.add_argument_group("the script")
    script.add_argument("--output", metavar="FILE", type=Path, help="default: outputs/slurm/STUDY.sh")
    script.add_argument("--overwrite", action="store_true", help="also if another script lies there")
    script.add_argument("--submit", action="store_true", help="submit it, and print the job's number")
    return made


def _add_job(job: argparse._ArgumentGroup) -> None:
    job.add_argument("--nodes", metavar="N", type=int, default=1, help="nodes of the job (default: 1)")
    job.add_argument("--cpus-per-node", metavar="N", type=int, help="processors (default: whole nodes, exclusively)")
    job.add_argument("--gpus-per-node", metavar="N", type=int, default=0, help="GPUs (default: 0)")
    job.add_argument("--mem", metavar="SIZE", help="memory of each node, such as 64G (default: the site's)")
    job.add_argument("--time", metavar="LIMIT", help="time limit, such as 12:00:00 (default: the partition's)")
    job.add_argument("--partition", metavar="NAME", help="in place of cluster.partition")
    job.add_argument("--account", metavar="NAME", help="in place of cluster.account")
    job.add_argument("--job-name", metavar="NAME", help="default: the study's name")
    job.add_argument(
        "--array",
        metavar="N",
        type=int,
        help="N studies that differ in the seed, which counts from seed on, a job each",
    )
    job.add_argument("--at-once", metavar="N", type=int, help="jobs of an array that run at once (default: all)")
    job.add_argument(
        "--requeues",
        metavar="N",
        type=int,
        default=100,
        help="a job that came back so often is not put back when its time is up (default: 100; 0: never)",
    )
