"""When a part of Ray counts as lost, and what is said of it; sockets stand for the parts."""

import signal
import socket
import threading
from collections.abc import Iterator

import pytest

from hpo.errors import EXIT_FAILED, EXIT_TRY_AGAIN
from hpo.failures import Failures
from hpo.study import Outcome, Status
from hpo.tuner.ray.watch import N_LOOKS, Part, Watch
from tests.scripted import MakeStudy

pytestmark = pytest.mark.ray


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """Yield where nobody listens, unless the test does: the port is held, so that no other process takes it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()


def test_a_part_is_lost_after_several_looks_in_a_row(address: tuple[str, int]) -> None:
    """One that answers in between is not."""
    part = Part("raylet", address, is_here=True)
    with socket.create_server(address):
        assert not any(part.is_lost() for _ in range(2 * N_LOOKS))
    assert [part.is_lost() for _ in range(N_LOOKS - 1)] == [False] * (N_LOOKS - 1)
    with socket.create_server(address):
        assert not part.is_lost()
    assert [part.is_lost() for _ in range(N_LOOKS)] == [False] * (N_LOOKS - 1) + [True]


def test_a_part_that_may_come_back_is_given_its_time(address: tuple[str, int]) -> None:
    """However many looks find nobody."""
    part = Part("gcs_server", address, is_here=False, patience_s=3600)
    assert not any(part.is_lost() for _ in range(2 * N_LOOKS))


def test_a_part_that_is_too_busy_is_not_lost_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its queue of connections is full; elsewhere that may be a machine that is gone."""
    monkeypatch.setattr("hpo.tuner.ray.watch.ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        with socket.create_connection(address):
            assert Part("raylet", address, is_here=True).answers
            assert not Part("gcs_server", address, is_here=False).answers


def test_who_waits_goes_on_when_the_part_is_back(address: tuple[str, int], make_study: MakeStudy) -> None:
    """And not before."""
    watch = Watch([Part("raylet", address, is_here=True)], make_study(), "logs")
    with socket.create_server(address):
        watch.wait_until_whole()
    waiting = threading.Thread(target=watch.wait_until_whole, daemon=True)
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    with socket.create_server(address):
        waiting.join(60)
    assert not waiting.is_alive()


def test_what_stopped_a_study_before_comes_first(make_study: MakeStudy) -> None:
    """A job whose study may go on at once goes back to the queue, by its exit code; one that had to stop does not."""
    part = Part("raylet", ("127.0.0.1", 1), is_here=True)
    study = make_study(num_trials=40, slots=1, failures=Failures(max_share=0.5))
    watch = Watch([part], study, "Ray's logs")
    loss = watch.loss(part)
    assert str(loss).startswith(
        "Ray's raylet is gone (raylet.err in Ray's logs may say why). What ended is kept. To go "
    )
    assert loss.exit_code == EXIT_TRY_AGAIN
    while (trial := study.ask()) is not None:
        study.tell(trial.index, Outcome(Status.FAILED))
    loss = watch.loss(part)
    assert str(loss).startswith(
        "The study stopped: 10 of 10 trials failed; and Ray's raylet ended meanwhile. To go on: "
    )
    assert loss.exit_code == EXIT_FAILED
    study.interruption.request(signal.SIGTERM)
    loss = watch.loss(part)
    assert str(loss).startswith("Stopped by SIGTERM, and Ray's raylet ended meanwhile. To go on: ")
    assert loss.exit_code == 128 + signal.SIGTERM
