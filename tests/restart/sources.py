"""Studies and tables for a warm start to take its trials from, and what it took."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from hpo.objective import build_objective
from hpo.restart.sources import Import, Misfit
from hpo.space import SearchSpace, build_space
from hpo.study import Outcome, Status, StudyPaths
from hpo.study.history import History
from hpo.task import ParameterValue

LOSS = build_objective("loss")


X: Mapping[str, object] = {"type": "range", "bounds": [0.0, 9.0]}


SPACE = build_space(
    {
        "x": X,
        "n": {"type": "range", "bounds": [1, 8]},
        "kind": {"type": "choice", "values": ["relu", "tanh"]},
        "deep": {"type": "choice", "values": [True, False]},
        "depth": {"type": "fixed", "value": 2},
    },
    ["n <= x + 3"],
)


POINT: Mapping[str, ParameterValue] = {"x": 1.5, "n": 3, "kind": "relu", "deep": True, "depth": 2}


ONLY_X = build_space({"x": X})


Ended = tuple[Mapping[str, object], Outcome | None]


def done(**metrics: float) -> Outcome:
    return Outcome(Status.COMPLETED, metrics, started_at=100.0, seconds=1.0)


def failed(status: Status = Status.FAILED) -> Outcome:
    return Outcome(status, reason="no reason at all")


def make_study(root: Path, space: SearchSpace, trials: Sequence[Ended], **objective: str) -> History:
    """Make a study of these trials, as a session leaves it that still runs."""
    root.mkdir(parents=True)
    sought = build_objective(**{"metric": "loss", **objective})
    record = {
        "schema": 2,
        "study": root.name,
        "plan": {"num_trials": 99, "slots": 2, "seed": 1, "arguments": []},
        "space": space.to_json(),
        "objective": sought.to_json(),
        "config": {},
    }
    StudyPaths(root).config.write_text(yaml.safe_dump(record, sort_keys=False))
    history = History(StudyPaths(root))
    history.write("session", schema=2, mode="new", num_trials=99, slots=2, session="now")
    for index, (parameters, outcome) in enumerate(trials):
        history.write("suggested", index=index, parameters=parameters, generation_s=0.1)
        history.write("started", index=index, attempt=1)
        if outcome is not None:
            history.write(
                "completed" if outcome.status is Status.COMPLETED else "failed", index=index, **outcome.to_json()
            )
    return history


def study(root: Path, space: SearchSpace, trials: Sequence[Ended], **objective: str) -> None:
    make_study(root, space, trials, **objective).close()


def points(*values: float) -> list[Ended]:
    return [({"x": value}, done(loss=value)) for value in values]


def write(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_bytes(text.encode(encoding))
    return str(path)


def taken(found: tuple[list[Import], list[Misfit]]) -> list[str]:
    return [one.source for one in found[0]]


def refused(found: tuple[list[Import], list[Misfit]]) -> dict[str, str]:
    return {one.source: one.reason for one in found[1]}
