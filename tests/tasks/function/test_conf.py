"""The option's file, and files of users that start from it."""

from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from tasks.function import Function
from tests.cli import REPOSITORY

CONF = REPOSITORY / "conf"


def composed(tmp_path: Path, *lines: str, overrides: tuple[str, ...] = ()) -> object:
    """Compose task=mine from a folder beside the project's, as --config-dir does."""
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "mine.yaml").write_text("\n".join(lines) + "\n")
    search = f"hydra.searchpath=[file://{tmp_path}]"
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(overrides=["+task=mine", search, *overrides])
    return instantiate(config.task, _convert_="all")


def test_somebodys_own_file_starts_from_the_option(tmp_path: Path) -> None:
    """A user's task/mine.yaml needs the option's name in its defaults and the function's path."""
    assert composed(tmp_path, "defaults: [function]", "function: mine.objective") == Function("mine.objective")


def test_somebodys_own_file_sets_everything(tmp_path: Path) -> None:
    """Fixed arguments and metrics of a file and of the command line reach the task as plain values."""
    lines = ("defaults: [function]", "function: mine.objective", "fixed: {n: 3}", "metrics: [loss]")
    task = composed(tmp_path, *lines, overrides=("+task.fixed.sizes=[1,2]",))
    assert task == Function("mine.objective", {"n": 3, "sizes": [1, 2]}, frozenset({"loss"}))


def test_the_option_is_set_on_the_command_line() -> None:
    """The option's own file is completed by task.function=."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(overrides=["+task=function", "task.function=mine.objective"])
    assert instantiate(config.task, _convert_="all") == Function("mine.objective")
