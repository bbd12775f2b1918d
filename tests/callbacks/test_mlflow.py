import logging
import shutil
import socket
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from hpo.callbacks import MLflow
from hpo.task import Report
from tests.callbacks.sessions import begun, two_sessions
from tests.scripted import MakeStudy, completed


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database once: that takes seconds."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def client(empty_database: Path, tmp_path: Path) -> MlflowClient:
    """Read the database where a study's tracker writes it."""
    path = tmp_path / "study" / "mlflow" / "mlflow.db"
    path.parent.mkdir(parents=True)
    shutil.copy(empty_database, path)
    return MlflowClient(tracking_uri=f"sqlite:///{path}")


def runs(client: MlflowClient) -> Mapping[str, Run]:
    experiment = client.get_experiment_by_name("demo")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id])
    by_name = {run.info.run_name: run for run in found}
    assert len(by_name) == len(found)
    return by_name


def history(client: MlflowClient, run: Run, metric: str) -> list[tuple[int, float]]:
    return [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, metric)]


def test_a_run_is_a_trial(client: MlflowClient, make_study: MakeStudy) -> None:
    """The runs of a study in two sessions: parameters, last metrics, status, reason, times."""
    two_sessions(make_study, MLflow)
    found = runs(client)
    assert sorted(found) == ["demo-0000", "demo-0001", "demo-0002", "demo-0003"]
    assert {name: run.data.params for name, run in found.items()} == {f"demo-000{i}": {"x": f"{i}.0"} for i in range(4)}
    assert found["demo-0000"].data.metrics == {"loss": 3.0, "mae": 0.5}
    assert {name: run.info.status for name, run in found.items()} == {
        "demo-0000": "FINISHED",
        "demo-0001": "FAILED",
        "demo-0002": "FINISHED",
        "demo-0003": "FINISHED",
    }
    assert {name: run.data.tags["hpo.status"] for name, run in found.items()} == {
        "demo-0000": "completed",
        "demo-0001": "failed",
        "demo-0002": "completed",
        "demo-0003": "stopped_early",
    }
    assert found["demo-0001"].data.tags["mlflow.note.content"] == "ValueError: no"
    assert found["demo-0000"].info.end_time == 105_000  # ms


def test_reports_are_at_their_steps(client: MlflowClient, make_study: MakeStudy) -> None:
    """In both sessions; the outcome is at the last step, and is not told twice."""
    two_sessions(make_study, MLflow)
    found = runs(client)
    assert sorted(history(client, found["demo-0000"], "loss")) == [(1, 5.0), (2, 3.0), (2, 4.0)]
    assert sorted(history(client, found["demo-0002"], "loss")) == [(1, 8.0), (2, 6.0), (2, 7.0)]
    assert history(client, found["demo-0003"], "loss") == [(1, 9.0)]


def test_a_trial_that_waits_for_another_session_is_scheduled(client: MlflowClient, make_study: MakeStudy) -> None:
    """It is neither running nor finished."""
    study = make_study(observers={"mlflow": MLflow()})
    study.begin()
    study.report(begun(study), Report(1, {"loss": 5.0}))
    study.end()
    assert runs(client)["demo-0000"].info.status == "SCHEDULED"


def test_a_server_that_does_not_answer_costs_the_study_no_time(
    make_study: MakeStudy, caplog: pytest.LogCaptureFixture
) -> None:
    """It ends with all its trials and a warning that says where nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    study = make_study(observers={"mlflow": MLflow(f"http://127.0.0.1:{port}")})
    began = time.monotonic()
    with caplog.at_level(logging.WARNING, "hpo"):
        study.begin()
        study.tell(begun(study), completed(3.0))
        study.end()
    assert time.monotonic() - began < 10
    assert study.n_ended == 1
    (complaint, _) = caplog.messages
    assert f"ConnectionError: nobody answers at 127.0.0.1:{port}" in complaint
