from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hydra import compose, initialize_config_module
from omegaconf import OmegaConf

from hpo.app.command_line import CommandLine, merged_arguments
from hpo.app.continuation import continued
from hpo.errors import InputError
from hpo.study.journal import SCHEMA

Continue = Callable[..., dict[str, Any]]


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study called mine, in the working directory, that was made with three arguments."""
    monkeypatch.chdir(tmp_path)
    arguments = ["task=hartmann6", "optimizer=sobol", "num_trials=7"]
    record = {
        "schema": SCHEMA,
        "study": "mine",
        "plan": {"num_trials": 7, "slots": 1, "seed": 0, "arguments": arguments},
        "space": {"parameters": {"x": {"type": "range", "bounds": [0.0, 1.0]}}},
        "objective": {"metric": "value", "direction": "minimize", "constraints": []},
        "config": {},
    }
    root = tmp_path / "outputs" / "mine"
    root.mkdir(parents=True)
    (root / "study.yaml").write_text(yaml.safe_dump(record))
    return root


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (["restart=resume", "study=mine"], ["task=hartmann6", "optimizer=sobol", "num_trials=7"]),
        (["restart=extend", "study=mine", "num_trials=9"], ["task=hartmann6", "optimizer=sobol"]),
        (["restart=auto", "study=mine", "optimizer=bayes"], ["task=hartmann6", "num_trials=7"]),
        (["study=mine"], []),
        (["restart=warm_start", "study=mine"], []),
        (["restart=auto", "study=other"], []),
        (["-m", "restart=resume", "study=mine"], []),
        (["restart=resume"], []),
    ],
)
def test_what_a_study_was_made_with_comes_first(typed: list[str], completed: list[str]) -> None:
    """Only for a study that goes on, and without what is said again."""
    assert CommandLine.of(typed) == CommandLine(tuple(typed), (*completed, *typed))


@pytest.mark.usefixtures("stored")
def test_options_stay_in_front() -> None:
    """Hydra takes overrides in one run only, so what is added stands beside those that were typed."""
    typed = ["--config-dir", "x", "restart=resume", "study=mine", "--cfg", "job"]
    made_with = ("task=hartmann6", "optimizer=sobol", "num_trials=7")
    assert CommandLine.of(typed).completed == ("--config-dir", "x", *made_with, *typed[2:])


def test_another_choice_of_a_group_takes_the_keys_of_the_earlier_one_along() -> None:
    """Keys of the earlier choice would be unknown to the later one; a key alone keeps its choice."""
    earlier = ["optimizer=bayes", "optimizer.n_initial=3", "optimizers=1"]
    assert merged_arguments(earlier, ["optimizer=sobol"]) == ("optimizers=1", "optimizer=sobol")
    assert merged_arguments(earlier, ["optimizer.n_initial=4"])[:2] == ("optimizer=bayes", "optimizers=1")


@pytest.mark.usefixtures("stored")
def test_a_study_that_is_not_there_is_named_before_anything_is_composed() -> None:
    """A typo in the name gives the names that there are."""
    with pytest.raises(InputError, match=r"study=mni does not exist \(in .* there are mine\)"):
        CommandLine.of(["restart=extend", "study=mni", "space.parameters.lr.bounds=[0,1]"])


def test_a_folder_of_configs_is_named_again(tmp_path: Path) -> None:
    """--config-dir is kept with its folder while the folder is there, unless another one is named."""
    earlier = ["--config-dir", str(tmp_path), "task=mine"]
    assert merged_arguments(earlier, ["num_trials=2"]) == (*earlier, "num_trials=2")
    assert merged_arguments(earlier, ["--config-dir", "x"]) == ("task=mine", "--config-dir", "x")
    assert merged_arguments(["--config-dir", str(tmp_path / "gone")], []) == ()


@pytest.fixture
def go_on() -> Continue:
    """Continue a study that was made with some overrides by saying others."""

    def run(made_with: Sequence[str], said: Sequence[str], **changes: object) -> dict[str, Any]:
        with initialize_config_module("conf", version_base="1.3"):
            before: Any = OmegaConf.to_container(compose("config", overrides=list(made_with)), resolve=True)
            before.update(changes)
            after = compose("config", overrides=[*merged_arguments(made_with, said)])
            merged: Any = OmegaConf.to_container(continued(after, before, said))
        return merged  # type: ignore[no-any-return]  # a config is a mapping

    return run


def test_what_is_not_said_is_as_it_was(go_on: Continue) -> None:
    """Also where the defaults have changed since."""
    merged = go_on(["task=hartmann6", "num_trials=7"], ["concurrency=3"], seed=42)
    assert (merged["num_trials"], merged["seed"], merged["concurrency"]) == (7, 42, 3)
    assert merged["task"]["_target_"] == "tasks.toy.Hartmann6"


def test_a_group_that_is_said_is_taken_whole(go_on: Continue) -> None:
    """A choice replaces what the study had, a key within it changes that key only."""
    assert go_on(["optimizer=sobol"], ["optimizer=bayes"])["optimizer"]["_target_"] == "hpo.optimizer.Bayes"
    merged = go_on([], ["space.parameters.x1.bounds=[0,1]"])
    assert merged["space"]["parameters"]["x1"]["bounds"] == [0, 1]
    assert merged["space"]["parameters"]["x2"]["bounds"] == [0.0, 15.0]


def test_a_key_can_be_taken_away_and_added(go_on: Continue) -> None:
    """~key and +key mean what they mean in a first command."""
    merged = go_on([], ["~callbacks.progress", "+task.extra=0.5"])
    assert list(merged["callbacks"]) == ["csv", "report"]
    assert merged["task"]["extra"] == 0.5


def test_a_key_that_is_new_since_has_its_default(go_on: Continue) -> None:
    """A study of an earlier version lacks keys; those have the defaults of today."""
    with initialize_config_module("conf", version_base="1.3"):
        composed = compose("config")
        old = OmegaConf.to_container(composed, resolve=True)
        assert isinstance(old, dict)
        del old["failures"]
        merged = continued(composed, {str(key): value for key, value in old.items()}, [])
    assert merged.failures.retries == 2


def test_a_preset_sets_its_keys(go_on: Continue) -> None:
    """experiment=… in a batch script means the same when the study goes on."""
    merged = go_on(["num_trials=3"], ["experiment=bayes_on_hartmann6"])
    assert merged["task"]["_target_"] == "tasks.toy.Hartmann6"
    assert (merged["num_trials"], merged["concurrency"]) == (60, 8)
