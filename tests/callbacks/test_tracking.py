import logging
import time
from collections.abc import Collection
from pathlib import Path

import pytest

from hpo.callbacks import MLflow, TensorBoard, WandB
from hpo.callbacks.tracked import Ended, Tracked
from hpo.callbacks.tracking import Tracking, typed_with
from hpo.errors import InputError
from hpo.study import Study, Trial
from hpo.task import Metrics, Report
from tests.callbacks.sessions import begun
from tests.scripted import ListProposer, MakeStudy, completed


class Book(Tracking):
    """Keeps what it is told in a list that outlives it; does not answer while a file is there."""

    key = "callbacks.book"
    libraries = ("json",)
    extra = "book"

    def __init__(self, told: list[str], closed: Path) -> None:
        super().__init__()
        self.told = told
        self.closed = closed

    def reach(self) -> None:
        if self.closed.exists():
            raise ConnectionError("the book is closed")

    def open(self, study: Tracked) -> None:
        self.told.append(f"open {study.run_name(0)}")

    def has(self, index: int) -> bool:
        return any(line.startswith(f"end {index}") for line in self.told)

    def begin(self, trial: Trial, steps: Collection[int]) -> Collection[int]:
        self.told.append(f"begin {trial.index}")
        return ()

    def report(self, index: int, step: int, metrics: Metrics) -> None:
        self.told.append(f"report {index} {step} {metrics['loss']}")

    def end(self, ended: Ended) -> None:
        self.told.append(f"end {ended.trial.index} {ended.trial.status} {ended.metrics}")

    def look(self, root: Path) -> str:
        return f"less {root.name}.txt"

    def close(self) -> None:
        self.told.append("close")


def run_one(study: Study) -> None:
    index = begun(study)
    study.report(index, Report(1, {"loss": 5.0}))
    study.tell(index, completed(3.0))


def wait_for(told: list[str], line: str) -> None:
    deadline = time.monotonic() + 10
    while line not in told and time.monotonic() < deadline:
        time.sleep(0.01)
    assert line in told


def test_a_library_that_does_not_answer_for_a_while_is_told_the_rest_at_the_end(
    make_study: MakeStudy, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """That is said once; what it was told before is not told again."""
    told: list[str] = []
    closed = tmp_path / "closed"
    study = make_study(observers={"book": Book(told, closed)})
    study.begin()
    run_one(study)
    wait_for(told, "end 0 completed {'loss': 3.0}")
    closed.touch()
    with caplog.at_level(logging.WARNING, "hpo"):
        run_one(study)
        while study.n_ended < 4:
            time.sleep(0.05)  # for the thread to fail
            run_one(study)
    assert told[-1] == "end 0 completed {'loss': 3.0}"
    assert caplog.messages == [
        "callbacks.book is told no more for now; the study goes on. ConnectionError: the book is closed"
    ]
    closed.unlink()
    study.end()
    assert told[4:] == [
        "open demo-0000",
        *(f"{what.format(index)}" for index in (1, 2, 3) for what in LINES),
        "close",
    ]


LINES = ("begin {}", "report {} 1 5.0", "end {} completed {{'loss': 3.0}}")


def test_what_a_library_lacks_is_told_when_the_study_is_resumed(
    make_study: MakeStudy, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A library that never answered costs nothing but a warning with the command that tells it later."""
    told: list[str] = []
    closed = tmp_path / "closed"
    closed.touch()
    study = make_study(observers={"book": Book(told, closed)})
    study.begin()
    run_one(study)
    with caplog.at_level(logging.WARNING, "hpo"):
        study.end()
    assert (
        "callbacks.book lacks trials of demo. To tell them: python -m hpo restart=resume study=demo" in caplog.messages
    )
    assert told == []
    closed.unlink()
    resumed = make_study(observers={"book": Book(told, closed)}, proposer=ListProposer(start=1))
    resumed.begin()
    resumed.end()
    assert told == ["open demo-0000", *(line.format(0) for line in LINES), "close"]


def test_an_expression_is_told_as_the_objective(make_study: MakeStudy, tmp_path: Path) -> None:
    """Beside the metrics of which it is made."""
    told: list[str] = []
    study = make_study(observers={"book": Book(told, tmp_path / "closed")}, metric="loss + mae")
    study.begin()
    study.tell(begun(study), completed(3.0, mae=0.5))
    study.end()
    assert "end 0 completed {'loss': 3.0, 'mae': 0.5, 'objective': 3.5}" in told


def test_a_library_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the command that installs it, before anything starts."""
    monkeypatch.setattr(Book, "libraries", ("json", "no_such_library"))
    with pytest.raises(InputError, match=r"callbacks\.book needs no_such_library.*Type pip install 'hpo\[book\]'"):
        Book([], tmp_path)


def test_where_to_look_is_said_at_the_end(
    make_study: MakeStudy, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """If all was told."""
    study = make_study(observers={"book": Book([], tmp_path / "closed")})
    study.begin()
    run_one(study)
    with caplog.at_level(logging.INFO, "hpo"):
        study.end()
    assert "Book: less study.txt" in caplog.messages


def test_what_a_page_needs_is_named_where_it_is_missing() -> None:
    """The extras bring what writes, not what shows."""
    assert typed_with("pages", "show it", "json") == "show it"
    assert typed_with("pages", "show it", "there_is_no_such_module") == "show it (with pip install pages)"


@pytest.mark.parametrize(
    ("tracking", "command"),
    [
        (TensorBoard(), "tensorboard --logdir 'outputs/my study/tensorboard'"),
        (MLflow(), "mlflow ui --backend-store-uri 'sqlite:///outputs/my study/mlflow/mlflow.db'"),
        (MLflow("http://me:secret@there:5000", "all"), "experiment all on http://there:5000"),
        (WandB(), "wandb sync 'outputs/my study/wandb'/offline-run-*"),
    ],
    ids=["tensorboard", "mlflow", "mlflow-server", "wandb"],
)
def test_where_to_look_can_be_typed(
    tracking: Tracking, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the directory where the study was started."""
    monkeypatch.chdir(tmp_path)
    assert tracking.look(tmp_path / "outputs" / "my study").partition(" (with pip install")[0] == command
