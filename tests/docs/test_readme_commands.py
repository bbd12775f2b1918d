import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import REPOSITORY
from tests.docs.documents import DOCUMENTS, Command, Type, commands
from tests.ray_cluster import ray_cluster

# By their beginning: commands that a test cannot type, and why.
EXEMPT = {
    "make ": "sets up an environment from the network; .ci/run types it in a clean clone",
    "source .venv/": "the tests run in such an environment",
    "pip ": "changes the environment that the tests run in",
    "git ": "needs the network, or changes the repository",
    "sbatch ": "needs a SLURM; tests/slurm has one",
    "python -m hpo -m hydra/launcher=submitit_slurm": "the same",
}
MAT_FILE = Path(os.environ.get("HPO_QM7_MAT", REPOSITORY / ".." / "shared" / "data" / "qm7" / "qm7.mat"))


def is_exempt(command: Command) -> bool:
    return command.text.startswith(tuple(EXEMPT))


def wants_qm7(command: Command) -> bool:
    is_a_study = re.search(r"(task=|study=|outputs/)qm7", command.text) is not None and "--cfg" not in command.text
    return "qm7.mat" in command.text or is_a_study


def typed_in(document: Path) -> list[Command]:
    return [command for command in commands(document) if not is_exempt(command)]


WITH_COMMANDS = [document for document in DOCUMENTS if any(not wants_qm7(c) for c in typed_in(document))]
WITH_QM7 = [document for document in DOCUMENTS if any(wants_qm7(c) for c in typed_in(document))]


def name(document: Path) -> str:
    return str(document.relative_to(REPOSITORY))


@pytest.fixture
def a_ray_is_there(document: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run a Ray on two nodes, and have RAY_ADDRESS name it, for a document that takes one for granted."""
    if not any("resources=cluster" in command.text for command in typed_in(document)):
        yield
        return
    with ray_cluster(2, 2) as cluster:
        monkeypatch.setenv("RAY_ADDRESS", cluster.address)
        yield


@pytest.mark.slow
@pytest.mark.usefixtures("a_ray_is_there")
@pytest.mark.parametrize("document", WITH_COMMANDS, ids=name)
def test_the_commands_of_a_document_do_what_it_says(document: Path, type_command: Type) -> None:
    """Typed in their order in one directory, they end with the code that is shown; refusals word for word."""
    for command in typed_in(document):
        if wants_qm7(command):
            continue
        printed = type_command(command)
        if command.exit_code:
            assert [line for line in command.output if line not in printed.splitlines()] == [], printed


@pytest.mark.slow
@pytest.mark.parametrize("document", WITH_QM7, ids=name)
def test_the_commands_on_qm7_work(document: Path, type_command: Type, tmp_path: Path) -> None:
    """They end well on the molecules, in a directory that holds a qm7.mat."""
    if not MAT_FILE.is_file():
        pytest.skip(f"no {MAT_FILE}: set HPO_QM7_MAT to the path of a qm7.mat")
    (tmp_path / "qm7.mat").symlink_to(MAT_FILE.resolve())
    for command in typed_in(document):
        if wants_qm7(command):
            type_command(command)


def test_the_readme_begins_with_two_commands() -> None:
    """What a newcomer types first is make run and make test."""
    assert [command.text for command in commands(DOCUMENTS[0])][:2] == ["make run", "make test"]
