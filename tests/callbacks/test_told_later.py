from pathlib import Path

import pytest
from mlflow import MlflowClient

from tests.callbacks.offline_runs import offline_runs
from tests.cli import hpo, succeed


@pytest.mark.slow
def test_a_study_that_has_ended_is_told_to_other_libraries(tmp_path: Path) -> None:
    """They get its trials with what was reported on the way; all lies in the study, and none of them says a word."""
    task = ("task=branin", "task.n_reports=2", "optimizer=sobol", "tuner=inline", "num_trials=3", "study=seen")
    succeed(*task, cwd=tmp_path)
    again = ("restart=resume", "study=seen", "callbacks=mlflow", "+callbacks.wandb._target_=hpo.callbacks.WandB")
    run = hpo(*again, cwd=tmp_path, warm=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert "callbacks." not in run.stdout
    study = tmp_path / "outputs" / "seen"
    client = MlflowClient(tracking_uri=f"sqlite:///{study / 'mlflow' / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("seen")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.run_name for run in runs) == ["seen-0000", "seen-0001", "seen-0002"]
    steps = [point.step for point in client.get_metric_history(runs[0].info.run_id, "value")]
    assert sorted(steps) == [1, 2]
    assert [[row["_step"] for row in run.history] for run in offline_runs(study / "wandb")] == [[1, 2]] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]
