"""The lines of docs/trained-model.md, on a network that hpo.run trained on made-up molecules."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli import REPOSITORY, module, succeed
from tests.docs.documents import blocks

DOCUMENT = REPOSITORY / "docs" / "trained-model.md"


def python(code: str, cwd: Path) -> str:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    """A folder with the study qm7-cutoffs of one trial of an epoch, and that trial again with two epochs."""
    folder = tmp_path_factory.mktemp("trained")
    small = ("task=qm7", "space=cutoffs", f"task.data={data}", "task.training.max_epochs=1", "num_trials=1")
    succeed(*small, "tuner=inline", "optimizer=sobol", cwd=folder)
    done = module("hpo.run", "outputs/qm7-cutoffs", "task.training.max_epochs=2", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_the_best_trial_is_trained_for_longer(folder: Path) -> None:
    """The rerun has as many epochs as was asked for."""
    table = (folder / "outputs/qm7-cutoffs-best/trials.csv").read_text().splitlines()
    row = dict(zip(table[0].split(","), table[1].split(","), strict=True))
    assert float(row["epochs"]) == 2


@pytest.mark.slow
def test_the_documents_lines_open_the_network(folder: Path, data: Path) -> None:
    """Without a line of this program they give the energies that the network was trained to give."""
    code = blocks(DOCUMENT, "python")[0]
    arrays = {name: str(data / f"data-qm7{name}.npy") for name in "RZT"}
    check = f"""
import numpy as np
z, r = (torch.tensor(np.load(path)) for path in ({arrays["Z"]!r}, {arrays["R"]!r}))
assert energy.shape == (1, 1)
np.save("predicted.npy", predictor(Z=z, R=r.float())["T"].numpy())
"""
    python(code + check, folder)
    predicted = np.load(folder / "outputs/qm7-cutoffs-best/trials/0000/predicted.npy")[:, 0]
    true = np.load(data / "data-qm7T.npy").reshape(-1)
    # The energies per element are fitted before training: far closer than the spread of the energies.
    assert np.abs(predicted - true).mean() < 0.3 * true.std()


@pytest.mark.slow
def test_the_documents_lines_make_a_calculator(folder: Path) -> None:
    """ASE gets finite energies and forces from the network."""
    pytest.importorskip("ase")
    check = "\nimport numpy\nassert numpy.isfinite(atoms.get_forces()).all() and atoms.get_forces().shape == (9, 3)\n"
    assert python("\n".join(blocks(DOCUMENT, "python")) + check, folder)
