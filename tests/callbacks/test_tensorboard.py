from pathlib import Path

import pytest
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins.base_plugin import TBContext
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

from hpo.callbacks import TensorBoard
from hpo.task import Report
from tests.callbacks.sessions import begun, two_sessions
from tests.scripted import MakeStudy, completed


def read(run: Path) -> EventAccumulator:
    return EventAccumulator(str(run)).Reload()


def points(run: Path, tag: str) -> list[tuple[int, float]]:
    return [(scalar.step, scalar.value) for scalar in read(run).Scalars(tag)]


@pytest.fixture
def runs(make_study: MakeStudy, tmp_path: Path) -> Path:
    two_sessions(make_study, TensorBoard)
    return tmp_path / "study" / "tensorboard"


def test_a_run_is_a_trial(runs: Path) -> None:
    """Each trial has one run, under its index, in however many sessions it ran."""
    assert sorted(path.name for path in runs.iterdir()) == ["0000", "0001", "0002", "0003"]


def test_metrics_are_scalars_under_their_own_names(runs: Path) -> None:
    """Reports are at their steps, in both sessions; the outcome is at the last one, and is not told twice."""
    assert points(runs / "0000", "loss") == [(1, 5.0), (2, 4.0), (2, 3.0)]
    assert points(runs / "0000", "mae") == [(2, 0.5)]
    assert points(runs / "0002", "loss") == [(1, 8.0), (2, 7.0), (2, 6.0)]
    assert points(runs / "0003", "loss") == [(1, 9.0)]


def test_what_a_resumed_trial_reports_again_is_shown_once(make_study: MakeStudy, tmp_path: Path) -> None:
    """It went on from its checkpoint at step 1; what it had reported after that gives way."""
    study = make_study(observers={"tensorboard": TensorBoard()})
    study.begin()
    index = begun(study)
    study.report(index, Report(1, {"loss": 5.0}, checkpoint="first"))
    study.report(index, Report(2, {"loss": 4.0}))
    study.end()
    resumed = make_study(observers={"tensorboard": TensorBoard()})
    resumed.begin()
    assert begun(resumed) == index
    resumed.report(index, Report(2, {"loss": 4.5}))
    resumed.tell(index, completed(4.5))
    resumed.end()
    assert points(tmp_path / "study" / "tensorboard" / "0000", "loss") == [(1, 5.0), (2, 4.5)]


def test_the_table_of_hyperparameters_has_a_row_a_trial(runs: Path) -> None:
    """TensorBoard's own plugin finds the parameters, the last metrics and how each trial ended."""
    groups = {group.name: group for group in session_groups(runs)}
    assert {name: group.hparams["x"].number_value for name, group in groups.items()} == {
        "0000": 0.0,
        "0001": 1.0,
        "0002": 2.0,
        "0003": 3.0,
    }
    losses = {
        name: value.value for name, group in groups.items() for value in group.metric_values if value.name.tag == "loss"
    }
    assert losses == {"0000": 3.0, "0002": 6.0, "0003": 9.0}
    succeeded = {name: group.sessions[0].status == api_pb2.STATUS_SUCCESS for name, group in groups.items()}
    assert succeeded == {"0000": True, "0001": False, "0002": True, "0003": True}


def test_the_reason_is_a_text(runs: Path) -> None:
    """A trial that failed says why."""
    (said,) = read(runs / "0001").Tensors("reason/text_summary")
    assert said.tensor_proto.string_val == [b"ValueError: no"]


def session_groups(runs: Path) -> "list[api_pb2.SessionGroup]":
    """Return what the page of hyperparameters shows."""
    multiplexer = EventMultiplexer(tensor_size_guidance={"hparams": 0}).AddRunsFromDirectory(str(runs))
    multiplexer.Reload()
    context = backend_context.Context(TBContext(data_provider=MultiplexerDataProvider(multiplexer, str(runs))))
    request = api_pb2.ListSessionGroupsRequest(
        allowed_statuses=api_pb2.Status.values(), aggregation_type=api_pb2.AGGREGATION_AVG, slice_size=10
    )
    return list(list_session_groups.Handler(RequestContext(), context, "", request).run().session_groups)
