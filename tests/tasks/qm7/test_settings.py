import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from hpo.errors import InputError
from hpo.task import TrialContext


def test_all_wrong_settings_are_reported_together(make_task: Any) -> None:
    """One error names every wrong setting by its config key, in the settings' groups too."""
    wrong = {"optimizer.lr": -1, "network.n_features": 2.5, "device": "gpu", "plots": "maybe", "seed": -3}
    with pytest.raises(InputError) as caught:
        make_task(wrong)
    assert {fault.what.split("=")[0] for fault in caught.value.faults} == {f"task.{key}" for key in wrong}


def test_a_fault_says_value_limit_and_remedy(make_task: Any) -> None:
    """The message has the three parts."""
    with pytest.raises(InputError, match=r"task\.optimizer\.lr=-1 .*a number above 0.*Set task\.optimizer\.lr=0\.001"):
        make_task({"optimizer.lr": -1})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "0.1", None])
def test_a_real_setting_takes_finite_numbers_only(make_task: Any, value: object) -> None:
    """Not a number, infinity, a truth value, text and null are no learning rates."""
    with pytest.raises(InputError, match=r"task\.optimizer\.lr="):
        make_task({"optimizer.lr": value})


@pytest.mark.parametrize("value", [[1, 6], [0, 6, 1], [0, 1, 1], [0], "0,1", [0, "1"]])
def test_species_are_padding_then_rising_charges(make_task: Any, value: object) -> None:
    """A list of species without padding, out of order, repeated or of other things is refused."""
    with pytest.raises(InputError, match=r"task\.network\.possible_species="):
        make_task({"network.possible_species": value})


def test_an_unknown_setting_is_refused(make_task: Any) -> None:
    """A key without an effect does not pass."""
    with pytest.raises(InputError, match=r"task\.training\.epochs is not a setting .*max_epochs"):
        make_task({"training.epochs": 3})


def test_a_missing_setting_is_named(make_task: Any) -> None:
    """Numbers live in the config alone: without one there is no default."""
    with pytest.raises(InputError, match=r"task\.loss\.l2_weight is missing"):
        make_task({"loss": {"hierarchicality_weight": 1.0}})


def test_a_group_that_is_a_number_is_refused(make_task: Any) -> None:
    """``task.loss=3`` is answered with the settings of the group."""
    with pytest.raises(InputError, match=r"task\.loss=3 is not a group .*l2_weight"):
        make_task({"loss": 3})


def test_a_split_that_leaves_nothing_to_train_on_is_refused(make_task: Any) -> None:
    """Test and validation together are less than everything."""
    with pytest.raises(InputError, match=r"test_size=0\.5 and valid_size=0\.5 leave nothing"):
        make_task({"split.test_size": 0.5, "split.valid_size": 0.5})


def test_a_relative_data_path_starts_where_the_task_is_made(
    make_task: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trials run elsewhere and still find the data."""
    monkeypatch.chdir(tmp_path)
    assert make_task({"data": "data/qm7"}).data == tmp_path / "data/qm7"


def test_the_task_can_be_sent_to_a_worker(make_task: Any) -> None:
    """Pickling gives an equal task."""
    task = make_task()
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301 - made in this line


@pytest.mark.parametrize(
    ("name", "value", "group", "setting"),
    [
        ("dist_hard_max", 9.5, "network", "dist_hard_max"),
        ("lr", 0.5, "optimizer", "lr"),
        ("batch_size", 7, "training", "batch_size"),
        ("patience", 3, "scheduler", "patience"),
    ],
)
def test_a_parameter_replaces_the_setting_of_its_name(
    make_task: Any, name: str, value: float, group: str, setting: str
) -> None:
    """What is tuned goes before what is configured."""
    task = make_task().with_parameters({name: value})
    assert getattr(getattr(task, group), setting) == value


def test_every_parameter_can_replace_its_setting(make_task: Any) -> None:
    """The signature promises no parameter without a setting behind it."""
    task = make_task()
    assert task.with_parameters(dict.fromkeys(task.signature.optional, 3)) != task


def test_an_impossible_parameter_fails_the_trial_with_a_reason(make_task: Any, tmp_path: Path) -> None:
    """A search space that reaches too far is told by the setting's rule."""
    context = TrialContext(index=0, directory=tmp_path, seed=0)
    with pytest.raises(InputError, match=r"task\.network\.n_features=0 "):
        make_task().run({"n_features": 0}, context)


def test_check_passes_with_prepared_data(make_task: Any) -> None:
    """Nothing is missing once the data is made."""
    make_task().check()


def test_check_says_where_it_looked_and_how_to_get_data(make_task: Any, tmp_path: Path) -> None:
    """Without data the message names the folder and the commands that make it."""
    task = make_task({"data": str(tmp_path / "nowhere")})
    with pytest.raises(InputError, match=r"nowhere holds no .*prepare qm7\.mat --out .*--sample 500"):
        task.check()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_check_reports_missing_data_and_missing_cuda_together(make_task: Any, tmp_path: Path) -> None:
    """A CUDA device that is not there is a fault of its own, with auto as the way out."""
    task = make_task({"data": str(tmp_path), "device": "cuda:1"})
    with pytest.raises(InputError, match=r"task\.device=cuda:1.*Set task\.device=auto") as caught:
        task.check()
    assert len(caught.value.faults) == 2
