import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from tasks.toy import Branin, Hartmann6
from tests.cli import REPOSITORY

CONF = REPOSITORY / "conf"
DEFAULTS = dict.fromkeys(("invalid", "error", "hang", "exit", "out_of_memory"), 0)


def option(*overrides: str) -> object:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(overrides=list(overrides))
    return instantiate(config.task, _convert_="all")


@pytest.mark.parametrize(("name", "task"), [("branin", Branin), ("hartmann6", Hartmann6)])
def test_an_option_makes_its_task(name: str, task: type[Branin | Hartmann6]) -> None:
    """The file of each toy task makes that task, quick, quiet and well."""
    assert option(f"+task={name}") == task(failures=DEFAULTS)


@pytest.mark.parametrize("name", ["branin", "hartmann6"])
def test_every_setting_can_be_typed(name: str) -> None:
    """Every setting is a key that the command line can override."""
    task = option(
        f"+task={name}",
        "task.sleep_s=2",
        "task.sleep_sigma=0.5",
        "task.noise=0.1",
        "task.n_reports=3",
        "task.failures.exit=0.2",
    )
    assert isinstance(task, Branin | Hartmann6)
    assert (task.sleep_s, task.sleep_sigma, task.noise, task.n_reports, task.failures["exit"]) == (
        2,
        0.5,
        0.1,
        3,
        0.2,
    )
