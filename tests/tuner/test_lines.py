import pytest

from hpo.tuner.ray import lines
from hpo.tuner.ray.lines import actors

pytestmark = pytest.mark.ray


class Trainable:
    pass


def runtime_environment() -> object:
    """Return what Tune asks for with the workers of a trainable that it has not seen before."""
    trainable = type("New", (Trainable,), {})
    return actors._ActorClassCache().get(trainable)._default_options.get("runtime_env")


def test_workers_want_no_runtime_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """So they start without Ray's agent; what Tune hands on from this program's environment still arrives."""
    for name in actors.ENV_VARS_TO_PROPAGATE:
        monkeypatch.delenv(name, raising=False)
    assert runtime_environment()
    with lines.plain_workers():
        assert not runtime_environment()
        monkeypatch.setenv("AWS_SESSION_TOKEN", "mine")
        assert runtime_environment()["env_vars"].get("AWS_SESSION_TOKEN")  # type: ignore[index]
