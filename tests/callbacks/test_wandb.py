from pathlib import Path

import pytest

from hpo.callbacks import WandB
from hpo.errors import InputError
from tests.callbacks.offline_runs import OfflineRun, offline_runs
from tests.callbacks.sessions import two_sessions
from tests.scripted import MakeStudy


@pytest.fixture
def runs(make_study: MakeStudy, tmp_path: Path) -> list[OfflineRun]:
    two_sessions(make_study, WandB)
    return offline_runs(tmp_path / "study" / "wandb")


def test_a_run_is_a_trial(runs: list[OfflineRun]) -> None:
    """The offline runs of a study in two sessions: names, group, config, history, summary and how they ended."""
    assert [run.name for run in runs] == ["demo-0000", "demo-0001", "demo-0002", "demo-0003"]
    assert {(run.project, run.group) for run in runs} == {("hpo", "demo")}
    assert [run.config["x"] for run in runs] == [0.0, 1.0, 2.0, 3.0]
    curves = [[(row["_step"], row["loss"]) for row in run.history] for run in runs]
    assert curves == [[(1, 5.0), (2, 4.0)], [], [(1, 8.0), (2, 7.0)], [(1, 9.0)]]
    assert [run.summary.get("loss") for run in runs] == [3.0, None, 6.0, 9.0]
    assert [run.summary["status"] for run in runs] == ["completed", "failed", "completed", "stopped_early"]
    assert runs[1].summary["reason"] == "ValueError: no"
    assert [run.exit_code for run in runs] == [0, 1, 0, 0]


def test_to_send_wants_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without one that is refused before anything starts, and nobody is asked for it."""
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"callbacks\.wandb\.mode=online finds no key"):
        WandB(mode="online")


def test_an_unknown_mode_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(InputError, match=r"callbacks\.wandb\.mode=dryrun is no mode \(it takes offline or online\)"):
        WandB(mode="dryrun")
