"""A study that never ends, for tests that read it meanwhile: ``python writer.py DIRECTORY``."""

import sys
import time
from pathlib import Path

from hpo.objective import build_objective
from hpo.space import build_space
from hpo.study import Plan, Study, StudyPaths
from hpo.study.history import History
from hpo.task import Report
from tests.scripted import ListProposer, completed

paths = StudyPaths(Path(sys.argv[1]))
study = Study(
    Plan("demo", 10**6, 2, seed=3),
    paths,
    paths.new_session("now"),
    space=build_space({"x": {"type": "range", "bounds": [0.0, 1e6]}}),
    objective=build_objective("loss"),
    proposer=ListProposer(),
    history=History(paths),
)
study.begin()
sys.stdout.write("begun\n")
sys.stdout.flush()
while True:
    trial = study.ask()
    if trial is not None:
        study.start(trial.index)
        study.report(trial.index, Report(step=1, metrics={"loss": 1.0}, checkpoint="x" * 5000))
        study.tell(trial.index, completed(1.0 + trial.index))
    study.pause()
    time.sleep(0.001)
