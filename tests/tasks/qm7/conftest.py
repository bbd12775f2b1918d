import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from omegaconf import OmegaConf
from scipy.io import savemat

from hpo.task import ParameterValue, TrialContext
from tasks.qm7 import QM7
from tasks.qm7.prepare import main
from tasks.qm7.sample import synthetic_molecules
from tests.cli import REPOSITORY

MakeTask = Callable[..., QM7]
RunTrial = Callable[..., dict[str, float]]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared data of 100 synthetic molecules."""
    folder = tmp_path_factory.mktemp("data") / "qm7"
    assert main(["--sample", "100", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def make_task(data: Path) -> MakeTask:
    """A function that makes the task from its config and overrides such as ``{"training.max_epochs": 2}``."""

    def make(overrides: Mapping[str, object] | None = None) -> QM7:
        config = OmegaConf.load(REPOSITORY / "conf/task/qm7.yaml")
        for key, value in {"data": str(data), "training.max_epochs": 2, **(overrides or {})}.items():
            OmegaConf.update(config, key, value, merge=False, force_add=True)
        given: dict[str, Any] = OmegaConf.to_container(config)  # type: ignore[assignment]
        return QM7(**{key: value for key, value in given.items() if not key.startswith("_")})

    return make


@pytest.fixture
def run_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunTrial:
    """A function that runs a trial in a directory below ``tmp_path`` and leaves out how long it took."""

    def run(
        task: QM7,
        parameters: Mapping[str, ParameterValue] | None = None,
        directory: str = "trial",
        **context: Any,
    ) -> dict[str, float]:
        path = tmp_path / directory
        path.mkdir(exist_ok=True)
        with monkeypatch.context() as patch:
            patch.chdir(path)
            made = TrialContext(index=0, directory=path, **{"seed": 1, **context})
            metrics = dict(task.run(parameters or {}, made))
        return {name: value for name, value in metrics.items() if name != "train_s"}

    return run


@pytest.fixture(scope="session")
def layout() -> dict[str, NDArray[Any]]:
    """Synthetic molecules in the layout of the published file, splits and Coulomb matrices included."""
    molecules = synthetic_molecules(60, seed=3)
    return {
        "R": molecules.r.astype(np.float32),
        "Z": molecules.z.astype(np.float32),
        "T": molecules.t.T.astype(np.float32),
        "P": np.arange(60).reshape(5, 12),
        "X": np.zeros((60, 23, 23), dtype=np.float32),
    }


@pytest.fixture
def mat_file(tmp_path: Path, layout: dict[str, NDArray[Any]]) -> Path:
    """A file in the layout of the published one."""
    path = tmp_path / "qm7.mat"
    savemat(path, layout)
    return path


@pytest.fixture(scope="session")
def real_file() -> Path:
    """The molecules of QM7, which are no part of the repository."""
    path = Path(os.environ.get("HPO_QM7_MAT", REPOSITORY.parent / "shared/data/qm7/qm7.mat"))
    if not path.is_file():
        pytest.skip(f"no QM7 data: {path} is absent; name the file in HPO_QM7_MAT")
    return path
