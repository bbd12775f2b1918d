import math
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numba
import pytest
import torch

from tasks.qm7.backend import hippynn
from tasks.qm7.metrics import METRICS
from tasks.qm7.prepare import main
from tests.interrupted_worker import Reports, WorkerGoneError


def test_a_trial_returns_the_declared_metrics(make_task: Any, run_trial: Any) -> None:
    """Every metric the task declares, and no other, is there as a finite float."""
    metrics = run_trial(make_task())
    assert set(metrics) | {"train_s"} == METRICS
    assert all(type(value) is float and math.isfinite(value) for value in metrics.values())


def test_the_validation_metrics_are_those_of_the_best_epoch(make_task: Any, run_trial: Any) -> None:
    """What is returned is what the epoch with the smallest validation error reported."""
    reports = Reports()
    metrics = run_trial(make_task({"training.max_epochs": 4, "optimizer.lr": 0.3}), send=reports)
    best = min(reports, key=lambda report: report.metrics["valid_rmse"] + report.metrics["valid_mae"])
    assert metrics["valid_loss"] == pytest.approx(best.metrics["valid_loss"], rel=1e-5)


def test_every_report_has_what_an_objective_may_need_but_the_test_molecules(make_task: Any, run_trial: Any) -> None:
    """A scheduler can compare trials epoch by epoch by any metric that is not of the test molecules."""
    reports = Reports()
    final = run_trial(make_task({"training.max_epochs": 2}), send=reports)
    wanted = {name for name in METRICS if not name.startswith("test_")}
    assert all(wanted <= set(report.metrics) for report in reports)
    assert {name: reports[-1].metrics[name] for name in ("epochs", "n_parameters")} == {
        name: final[name] for name in ("epochs", "n_parameters")
    }


def test_every_epoch_is_reported_with_its_checkpoint(make_task: Any, run_trial: Any) -> None:
    """Steps are finished epochs; a checkpoint is named at those where one was written."""
    reports = Reports()
    run_trial(make_task({"training.max_epochs": 3, "checkpoint_every": 2}), send=reports)
    assert [(r.step, r.checkpoint) for r in reports] == [(1, None), (2, "checkpoint.pt"), (3, None)]


def test_the_directory_holds_hippynns_own_files(
    make_task: Any, run_trial: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hippynn one loads the model and the checkpoint of a trial from its directory."""
    run_trial(make_task())
    monkeypatch.chdir(tmp_path / "trial")
    model = hippynn.load_model_from_cwd()
    checkpoint = hippynn.load_checkpoint_from_cwd(restart_db=True)
    assert model.state_dict().keys() == checkpoint["training_modules"].model.state_dict().keys()
    assert len(checkpoint["database"].splits["train"]["T"]) == 80


def test_no_plots_unless_asked_for(make_task: Any, run_trial: Any, tmp_path: Path) -> None:
    """By default no second goes into plots."""
    run_trial(make_task())
    assert not (tmp_path / "trial/plots").exists()


@pytest.mark.slow
def test_plots_are_drawn_when_asked_for(make_task: Any, run_trial: Any, tmp_path: Path) -> None:
    """With ``plots: true`` hippynn's plots over time and of the final test are there."""
    run_trial(make_task({"plots": True, "training.max_epochs": 1}))
    made = {path.parent.name for path in (tmp_path / "trial/plots").rglob("*.pdf")}
    assert {"over_time", "test", "valid"} <= made


def test_a_synthetic_sample_shows_in_the_log(
    make_task: Any, run_trial: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A trial on made-up energies says so where its output goes."""
    run_trial(make_task({"training.max_epochs": 1}))
    assert "100 SYNTHETIC molecules" in capsys.readouterr().out


def test_the_order_of_trials_in_a_process_does_not_matter(make_task: Any, run_trial: Any) -> None:
    """The same parameters and seed give the same result in the first and in the third trial."""
    first = run_trial(make_task(), directory="0")
    run_trial(make_task({"precision": "float64", "split.seed": 5}), {"n_features": 4}, directory="1", seed=9)
    assert run_trial(make_task(), directory="2") == pytest.approx(first, rel=1e-6)


def test_the_trials_seed_matters(make_task: Any, run_trial: Any) -> None:
    """Another seed gives other weights, unless the task has a seed of its own."""
    assert run_trial(make_task(), seed=1) != run_trial(make_task(), seed=2)
    fixed = make_task({"seed": 7})
    assert run_trial(fixed, seed=1) == pytest.approx(run_trial(fixed, seed=2), rel=1e-6)


def test_a_trial_leaves_the_process_as_it_was(make_task: Any, run_trial: Any) -> None:
    """Precision, threads, random numbers and hippynn's settings are put back."""

    def state() -> tuple[Any, ...]:
        threads = torch.get_num_threads(), numba.get_num_threads()
        return *threads, torch.get_default_dtype(), torch.initial_seed(), vars(hippynn.settings).copy()

    before, generator = state(), torch.random.get_rng_state()
    run_trial(make_task({"precision": "float64", "training.max_epochs": 1}), n_threads=1)
    assert state() == before
    assert torch.equal(torch.random.get_rng_state(), generator)


def test_a_failed_trial_leaves_the_process_as_it_was(make_task: Any, run_trial: Any) -> None:
    """An exception out of the training puts things back too."""
    with pytest.raises(WorkerGoneError):
        run_trial(make_task({"precision": "float64"}), send=Reports(last=1))
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize("last", [2, 5])
def test_an_interrupted_trial_ends_as_if_it_had_not_been(
    make_task: Any, run_trial: Any, tmp_path: Path, last: int
) -> None:
    """Going on from a checkpoint, amid the training or after its last epoch, gives the uninterrupted result.

    Improvements and plateaus, so that weights, batches, batch size, learning rate and patience all matter.
    """
    task = make_task({"training.max_epochs": 5, "scheduler.patience": 0, "scheduler.max_batch_size": 32})
    parameters = {"batch_size": 16, "lr": 0.02}
    whole = run_trial(task, parameters, directory="whole")
    with pytest.raises(WorkerGoneError):
        run_trial(task, parameters, send=Reports(last=last))
    resumed = Reports()
    again = run_trial(task, parameters, send=resumed, checkpoint=tmp_path / "trial/checkpoint.pt")
    assert again == pytest.approx(whole, rel=1e-6)
    assert [report.step for report in resumed] == list(range(last + 1, 6))


def test_a_resumed_trial_has_the_same_best_model_on_disk(make_task: Any, run_trial: Any, tmp_path: Path) -> None:
    """The file of the best model is right even if the interruption came before hippynn wrote it."""
    task = make_task()
    run_trial(task, directory="whole")
    with pytest.raises(WorkerGoneError):
        run_trial(task, send=Reports(last=2))
    run_trial(task, checkpoint=tmp_path / "trial/checkpoint.pt")
    whole, resumed = (torch.load(tmp_path / name / "best_model.pt") for name in ("whole", "trial"))
    assert all(torch.allclose(whole[name], resumed[name]) for name in whole)


def test_a_checkpoint_of_another_directory_is_not_read(make_task: Any, run_trial: Any, tmp_path: Path) -> None:
    """A trial reads from its own directory only."""
    run_trial(make_task({"training.max_epochs": 1}), directory="other")
    with pytest.raises(ValueError, match=r"other/checkpoint\.pt lies outside"):
        run_trial(make_task(), checkpoint=tmp_path / "other/checkpoint.pt")


class Bomb:
    """What runs code when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self._mark,))


def test_a_checkpoint_runs_no_code(make_task: Any, run_trial: Any, tmp_path: Path) -> None:
    """One in which an object hides that would is refused, before it could."""
    (tmp_path / "trial").mkdir()
    path, mark = tmp_path / "trial/checkpoint.pt", tmp_path / "ran"
    torch.save({"made_for": Bomb(mark)}, path)
    with pytest.raises(UnpicklingError, match="Weights only load failed"):
        run_trial(make_task(), checkpoint=path)
    assert not mark.exists()
    torch.load(path, weights_only=False)
    assert mark.exists()


def test_a_checkpoint_of_other_parameters_is_refused(make_task: Any, run_trial: Any, tmp_path: Path) -> None:
    """Weights of one trial never go on as those of another."""
    run_trial(make_task({"training.max_epochs": 1}), {"lr": 0.1})
    with pytest.raises(ValueError, match=r'"lr": 0\.1.*and this trial is .*"lr": 0\.2'):
        run_trial(make_task(), {"lr": 0.2}, checkpoint=tmp_path / "trial/checkpoint.pt")


@pytest.mark.slow
def test_the_network_learns_qm7(make_task: Any, run_trial: Any, real_file: Path, tmp_path: Path) -> None:
    """On the real molecules the error falls well below the 15 kcal/mol of the best energies per element."""
    main([str(real_file), "--out", str(tmp_path / "real")])
    task = make_task({"data": str(tmp_path / "real"), "training.max_epochs": 10})
    assert run_trial(task, {"lr": 0.01, "batch_size": 64}, n_threads=2)["test_mae"] < 8
