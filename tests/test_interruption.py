import os
import signal
import threading
import time

import pytest

from hpo.interruption import Interruption, sigterm_held


class EndedError(BaseException):
    pass


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    time.sleep(0.01)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_asks_politely(number: signal.Signals, code: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing is raised; what to expect is said, and the exit code is that of shells."""
    interruption = Interruption(grace_s=7)
    with interruption.listen():
        send(number)
    assert (interruption.is_requested, interruption.is_overdue, interruption.exit_code) == (True, False, code)
    assert f"{number.name}: no new trials; those that run have 7 s" in capfd.readouterr().err


def test_the_second_signal_ends_at_once() -> None:
    """It passes every `except Exception`."""
    interruption = Interruption()
    with interruption.listen():
        send(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)


def test_handlers_are_put_back() -> None:
    """After the block the signals mean what they meant before."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Interruption().listen():
        assert signal.getsignal(signal.SIGTERM) is not before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_library_that_took_a_signal_loses_it_again() -> None:
    """What comes meanwhile waits for who had it before."""
    interruption = Interruption()
    with interruption.listen():
        with sigterm_held():
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.raise_signal(signal.SIGTERM)  # to this thread: there may be others, from before
            assert interruption.name == ""
        assert interruption.name == "SIGTERM"


def test_a_thread_leaves_the_signal_to_the_main_one() -> None:
    """Also after the block in which it was started."""
    masks: list[set[int]] = []
    is_over = threading.Event()

    def look() -> None:
        is_over.wait(10)
        masks.append(set(signal.pthread_sigmask(signal.SIG_BLOCK, ())))

    with sigterm_held():
        thread = threading.Thread(target=look)
        thread.start()
    is_over.set()
    thread.join()
    assert signal.SIGTERM in masks[0]
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_what_runs_here_is_ended_after_the_grace() -> None:
    """The error comes when the time is over, not before, and only if somebody asked."""
    interruption = Interruption(grace_s=0.2)
    with interruption.listen():
        with interruption.raised_after_grace(EndedError):
            time.sleep(0.3)
        began = time.monotonic()
        send(signal.SIGINT)
        with pytest.raises(EndedError), interruption.raised_after_grace(EndedError):
            time.sleep(60)
    assert 0.2 <= time.monotonic() - began < 30
