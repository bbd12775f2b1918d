"""The overrides of a study that is to be a job, and those of the site."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hpo.errors import Fault
from hpo.slurm.job import Job

SITE = "cluster"
ANYWHERE = "node:1"  # in place of the address that Ray will have
_GOING_ON = {"auto", "resume"}  # modes that a job may be begun with again and again


@dataclass(frozen=True)
class Overrides:
    """What was typed, sorted.

    Attributes:
        of_site: Those of the group ``cluster``.
        of_study: The others.
    """

    of_site: tuple[str, ...]
    of_study: tuple[str, ...]

    @classmethod
    def sorted(cls, typed: Sequence[str]) -> "Overrides":
        """Return what was typed, sorted."""
        of_site = tuple(text for text in typed if _key(text) == SITE or _key(text).startswith(f"{SITE}."))
        return cls(of_site, tuple(text for text in typed if text not in of_site))

    def faults(self, n_nodes: int) -> list[Fault]:
        """Return what does not go with a job of so many nodes."""
        said = {_key(text): text.partition("=")[2] for text in self.of_study}
        faults = [*_faults(self.of_study), *_restart_faults(said)]
        return faults if n_nodes == 1 else [*faults, *_cluster_faults(said, n_nodes)]

    def completed(self, job: Job) -> tuple[str, ...]:
        """Return the study's with what a job adds: how it is opened, and where its trials run."""
        said = {_key(text): text.partition("=")[2] for text in self.of_study}
        added = []
        if "resources" not in said:
            choice = "cluster" if job.n_nodes > 1 else "gpu" if job.n_gpus else "cpu"
            added.append(f"resources={choice}")
        if job.n_nodes > 1 and job.n_gpus and "resources.gpus_per_trial" not in said:
            added.append("resources.gpus_per_trial=1")
        if "restart" not in said:
            added.append("restart=auto")
        return (*self.of_study, *added)


def _faults(of_study: Sequence[str]) -> Iterator[Fault]:
    for text in of_study:
        if "=" not in text and not text.startswith("~"):
            yield Fault(f"{text} is no override", "it takes key=value, +key=value or ~key", "Mend it, or leave it out")
        elif _key(text).startswith("hydra"):
            yield Fault(f"{text} is of Hydra's own", "a job has no use for it", "Leave it out")


def _restart_faults(said: Mapping[str, str]) -> Iterator[Fault]:
    if said.get("restart", "auto") not in _GOING_ON:
        yield Fault(
            f"restart={said['restart']} can be done once only",
            "a job may begin several times, and takes restart=auto or restart=resume",
            "Leave it out",
        )


def _cluster_faults(said: Mapping[str, str], n_nodes: int) -> Iterator[Fault]:
    if said.get("resources", "cluster") != "cluster":
        yield Fault(
            f"resources={said['resources']} is for one machine",
            f"--nodes {n_nodes} takes resources=cluster",
            "Leave it out, and set resources.cpus_per_trial and resources.gpus_per_trial",
        )
    if "resources.address" in said:
        yield Fault(
            f"resources.address={said['resources.address']} is another Ray's",
            "a job starts one of its own",
            "Leave it out",
        )
    if said.get("tuner", "ray") != "ray":
        yield Fault(f"tuner={said['tuner']} runs on one node", f"--nodes {n_nodes} takes tuner=ray", "Set --nodes 1")


def _key(override: str) -> str:
    return override.lstrip("+~").partition("=")[0]
