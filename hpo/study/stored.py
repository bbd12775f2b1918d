"""What ``study.yaml`` says of a study that lies on the disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from hpo.errors import DamagedStudyError, Fault, HpoError, InputError
from hpo.objective import Objective, build_objective
from hpo.space import SearchSpace, build_space
from hpo.study.journal import SCHEMA, read_events
from hpo.study.ledger import Ledger
from hpo.study.paths import StudyPaths
from hpo.study.plan import Plan
from hpo.study.results import Results


@dataclass(frozen=True)
class StoredStudy:
    """A study as it was asked for last.

    Attributes:
        paths: Where it lies.
        plan: Its size.
        space: What is searched.
        objective: What is sought.
        config: The resolved config, as plain values.
        record: All of ``study.yaml``.
    """

    paths: StudyPaths
    plan: Plan
    space: SearchSpace
    objective: Objective
    config: Mapping[str, Any]
    record: Mapping[str, Any]

    @classmethod
    def read(cls, paths: StudyPaths) -> "StoredStudy":
        """Return the study in ``paths.root``.

        Raises:
            InputError: If there is none.
            DamagedStudyError: If ``study.yaml`` cannot be understood, or was written by a later version.
        """
        cls.require(paths)
        try:
            record = yaml.safe_load(paths.config.read_text(encoding="utf-8"))
            if record["schema"] > SCHEMA:
                raise DamagedStudyError(
                    f"{paths.config} was written by a later version of this program (schema {record['schema']}; this "
                    f"one reads up to {SCHEMA}). Update the program."
                )
            return _of_record(record if record["schema"] == SCHEMA else _of_schema_1(record, paths), paths)
        except (KeyError, TypeError, ValueError, AttributeError, OSError, yaml.YAMLError, InputError) as error:
            raise DamagedStudyError(
                f"{paths.config} cannot be understood: {type(error).__name__}: {error} (it is what this program wrote "
                f"when the study was made). Restore it from a backup."
            ) from error

    @staticmethod
    def require(paths: StudyPaths) -> None:
        """Make sure that there is a study in ``paths.root``.

        Raises:
            InputError: If there is none, with those that there are.
        """
        if not paths.config.is_file():
            raise InputError(_absence(paths))

    def results(self) -> Results:
        """Return what the journal tells; it may be written at the same time.

        Raises:
            DamagedStudyError: If the journal is damaged.
        """
        ledger = Ledger.read(self.paths.journal) if self.paths.journal.exists() else Ledger()
        return Results(self.plan, self.space, self.objective, ledger)


def _of_record(record: Mapping[str, Any], paths: StudyPaths) -> StoredStudy:
    plan = record["plan"]
    objective = {name: record["objective"][name] for name in ("metric", "direction", "constraints")}
    return StoredStudy(
        paths=paths,
        plan=Plan(
            str(record["study"]),
            int(plan["num_trials"]),
            int(plan["slots"]),
            int(plan["seed"]),
            tuple(str(text) for text in plan["arguments"]),
            trial_seeds=tuple((record["config"].get("repeat") or {}).get("seeds") or ()),
            baseline=plan.get("baseline"),
        ),
        space=build_space(**record["space"]),
        objective=build_objective(**objective),
        config=dict(record["config"]),
        record=record,
    )


def _of_schema_1(record: Mapping[str, Any], paths: StudyPaths) -> Mapping[str, Any]:
    """Return the record in the form of schema 2; slots were not kept, and the objective's metric could be implied."""
    config = record["config"]
    passing = {"study", "restart", "restart.overwrite"}
    arguments = [text for text in record["overrides"] if text.partition("=")[0] not in passing]
    objective = {**config["objective"], "metric": config["objective"]["metric"] or _only_metric(paths)}
    plan = {
        "num_trials": config["num_trials"],
        "slots": config["concurrency"] or 1,
        "seed": record["seed"],
        "arguments": arguments,
    }
    return {**record, "plan": plan, "space": config["space"], "objective": objective}


def _only_metric(paths: StudyPaths) -> str:
    """Return the metric that the study's trials have, for an objective that did not name it."""
    for event in read_events(paths.journal) if paths.journal.exists() else ():
        if event["event"] == "completed" and isinstance(event["metrics"], Mapping):
            return next(iter(event["metrics"]), "value")
    return "value"


def _absence(paths: StudyPaths) -> Fault:
    folder = paths.root.parent
    try:
        found = (path.parent.name for path in folder.glob("*/study.yaml"))
        others = sorted(name for name in found if not name.startswith("."))  # those are being made
    except OSError as error:
        raise HpoError(f"{folder} cannot be read: {error}.") from error
    there = f"in {folder} there are {', '.join(others)}" if others else f"{folder} holds no study"
    remedy = f"Set study={others[0]}" if others else "Leave restart out to make it"
    return Fault(f"study={paths.root.name} does not exist", there, remedy)
