from collections.abc import Callable
from pathlib import Path

import pytest
from hydra import compose, initialize_config_module

from hpo.app.assembly import Assembled
from hpo.app.keys import SETTINGS
from hpo.errors import InputError
from tests.cli import hpo

Assemble = Callable[..., Assembled]

FAULTS = [
    (
        ["+space.parameters.x3={type: range, bounds: [0, 1]}"],
        r"space.parameters.x3 is not a parameter of task 'branin'",
    ),
    (["~space.parameters.x2"], r"space.parameters lacks x2, which task 'branin' needs"),
    (["space.parameters.x1.bounds=[10, -5]"], r"space.parameters.x1.bounds"),
    (["+space.parameters.x1.log=true"], r"space.parameters.x1"),
    (
        ["space.parameters.x1.type=choice", "+space.parameters.x1.values=[]", "~space.parameters.x1.bounds"],
        r"x1.values=\[\]",
    ),
    (["space.constraints=['x1 <= x9']"], r"x9"),
    (["space.constraints=['x1*x2 <= 3']"], r"product"),
    (["space.constraints=['x1 + x2 <= -100']"], r"space.constraints"),
    (["objective.metric=loss"], r"objective.metric"),
    (["objective.metric=value +"], r"objective.metric"),
    (["objective.direction=down"], r"objective.direction=down"),
    (["num_trials=0"], r"num_trials=0 asks for no trial .* Set num_trials=24"),
    (["+num_trails=5"], r"num_trails is no setting \(a study takes study, .*\)\. Did you mean num_trials\?"),
    (["+wallclock=3600"], r"wallclock is no setting .*\. Leave it out"),
    (["+experiment.num_trials=5"], r"experiment sets nothing .* Begin the file with"),
    (["num_trials=2.5"], r"num_trials=2.5 is no whole number"),
    (["num_trials=ten"], r"num_trials=ten is no whole number"),
    (["+optimizer.n_inital=3"], r"n_inital is no setting .*baseline\). Did you mean optimizer.n_initial\?"),
    (["+resources.cpu=2"], r"resources.cpu is no setting \(resources takes cpus_per_trial"),
    (["+tuner.x=1"], r"tuner.x is no setting \(tuner takes start_timeout_s"),
    (["+restart.overwrit=true"], r"Did you mean restart.overwrite\?"),
    (["+space.x={type: range, bounds: [0, 1]}"], r"space.x is no setting .* as space.parameters.x\."),
    (["+space.parameters.x1.scaling=log"], r"x1.scaling is unknown .* Write log: true"),
    (["+space.parameters.x3=[1.0, 2.0]"], r"Write space.parameters.x3: {type: range, bounds: \[1.0, 2.0\]}"),
    (
        [
            "task=function",
            "task.function=statistics.fmean",
            "+task.fixed.weights=1",
            "+space.parameters.weights={type: range, bounds: [0, 1]}",
        ],
        r"space.parameters.weights is set by task.fixed.weights .*~task.fixed.weights",
    ),
    (["concurrency=0"], r"concurrency=0 lets no trial run"),
    (["concurrency=9999"], r"concurrency=9999 .* needs 9999 processors"),
    (["tuner=inline", "concurrency=2"], r"concurrency=2 does not go with tuner=inline"),
    (["seed=-1"], r"seed=-1 is no seed"),
    (["seed=5000000000"], r"seed=5000000000 is no seed"),
    (["concurrency=abc"], r"concurrency=abc is no number of trials"),
    (["restart.overwrite=maybe"], r"restart.overwrite=maybe is neither"),
    (["optimizer.first=5"], r"optimizer.first=5 is no list"),
    (["optimizer.baseline=3"], r"optimizer.baseline=3 is neither yes nor no"),
    (["optimizer.baseline=true"], r"baseline=true needs a default of x1, x2, .* set optimizer.baseline=false"),
    (
        ["task=qm7", "optimizer.baseline=true"],
        r"(?s)baseline=true: the default dist_soft_min=1.6 is not in the space .*optimizer.baseline=false",
    ),
    (["callbacks.csv=foo"], r"callbacks.csv"),
    (["+callbacks.path._target_=pathlib.Path"], r"callbacks.path is a pathlib"),
    (["task=function", "task.function=nope.f", "num_trials=0"], r"(?s)num_trials=0.*nope"),
    (["optimizer.torch_device=gpu"], r"optimizer.torch_device=gpu is no device"),
    (["optimizer.torch_device=cuda:99"], r"optimizer.torch_device=cuda:99 is not on this machine"),
    (["tuner.start_timeout_s=0"], r"tuner.start_timeout_s=0 leaves no time"),
    (["task.sleep_s=-1"], r"task.sleep_s=-1"),
    (["+task.sleeps=1"], r"task.sleeps is no setting .* Did you mean task.sleep_s\?"),
    (["+space.constraint=x"], r"space.constraint is no setting .*constraints"),
    (["+objective.goal=x"], r"objective.goal is no setting"),
    (["task=function", "space=branin", "task.function=no_such_module.f"], r"no_such_module"),
    (["task=function", "space=branin"], r"task.function"),
    (["optimizer.n_initial=0"], r"optimizer.n_initial=0"),
    (["optimizer.first=[{x1: 99, x2: 1}]"], r"optimizer.first\[0\]: x1=99"),
    (["resources.cpus_per_trial=0"], r"resources.cpus_per_trial=0"),
    (
        ["tuner=inline", "resources.fresh_process=true"],
        r"fresh_process=true does not .* choose tuner=ray",
    ),
    (["resources.fresh_process=3"], r"resources.fresh_process=3 is neither yes nor no"),
    (["scheduler=asha", "tuner=inline"], r"scheduler=asha does not go with tuner=inline .* Set scheduler=none"),
    (["scheduler=median", "tuner=inline"], r"scheduler=median does not go with tuner=inline"),
    (["scheduler=asha", "scheduler.grace_steps=0"], r"scheduler.grace_steps=0 is no number of steps"),
    (["scheduler._target_=hpo.resources.Resources"], r"scheduler is a Resources"),
    (["tuner=inline", "optimizer.look_ahead=2"], r"optimizer.look_ahead=2 does not go with tuner=inline"),
    (["optimizer.look_ahead=-1"], r"optimizer.look_ahead=-1 is no number of suggestions"),
    (["tuner=inline", "callbacks=json"], r"callbacks.json .* Choose tuner=ray"),
    (["space.file=no_such.json"], r"no_such.json"),
    (["callbacks.csv._target_=no.such.Callback"], r"callbacks.csv cannot be made"),
    (["tuner._target_=hpo.resources.Resources", "~tuner.start_timeout_s"], r"tuner is a Resources"),
]


@pytest.mark.parametrize(("overrides", "message"), FAULTS, ids=lambda value: str(value)[:60])
def test_bad_input_is_refused_with_its_key(assembled: Assemble, overrides: list[str], message: str) -> None:
    """Each fault is found before anything starts, and named by its config key."""
    with pytest.raises(InputError, match=message):
        assembled(*overrides)


def test_a_key_of_ones_own_is_allowed_where_another_key_is_made_of_it(assembled: Assemble) -> None:
    """An interpolation reads the key, so that it is no misspelt one."""
    asked = assembled("+mine.trials=7", "num_trials=${mine.trials}")
    assert asked.request.plan.num_trials == 7


def test_the_settings_are_those_of_the_root_config() -> None:
    """What is let pass at the top level is what conf/config.yaml composes."""
    with initialize_config_module("conf", version_base="1.3"):
        assert set(compose("config")) == set(SETTINGS)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "multirun", "a" * 300, "a b", "-x"])
def test_a_name_that_is_no_folder_below_outputs_is_refused(assembled: Assemble, name: str) -> None:
    """A study stays below outputs/ and away from the multiruns' folder."""
    with pytest.raises(InputError, match=r"is no name for a folder below outputs/"):
        assembled(study=name)


def test_independent_faults_are_reported_together(assembled: Assemble) -> None:
    """Five faults in five places are five lines of one error."""
    with pytest.raises(InputError) as caught:
        assembled(
            "num_trials=0",
            "task.sleep_s=-1",
            "space.parameters.x1.bounds=[10, -5]",
            "objective.direction=down",
            "concurrency=9999",
        )
    assert len(caught.value.faults) == 5


def test_every_fault_has_three_parts(assembled: Assemble) -> None:
    """A fault says what is wrong, what is allowed and what to type."""
    with pytest.raises(InputError) as caught:
        assembled("num_trials=0", "seed=-1", study="../x")
    for fault in caught.value.faults:
        assert all(part and not part.endswith(".") for part in fault)


def test_a_refused_run_leaves_nothing_behind(tmp_path: Path) -> None:
    """Bad input ends with 2, explains itself without a traceback, and makes no file."""
    run = hpo("study=../x", "num_trials=0", cwd=tmp_path)
    assert run.returncode == 2
    assert "study=../x" in run.stderr
    assert "num_trials=0" in run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / "x").exists()


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("num_trails=5", "num_trails is no setting (a study takes study, num_trials, "),
        ("optimizer.n_inital=3", "Did you mean optimizer.n_initial?"),
        ("space.parameters.x1.log=true", "Type +space.parameters.x1.log=true if"),
    ],
)
def test_a_key_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path, override: str, said: str) -> None:
    """Nobody is told to add a misspelt key with +, which would change nothing."""
    run = hpo(override, "--cfg", "job", cwd=tmp_path)
    assert run.returncode == 2
    assert said in run.stderr
    assert "To append" not in run.stderr


def test_a_file_that_is_no_yaml_is_named_with_the_place(tmp_path: Path) -> None:
    """One line says which file, where in it, and why."""
    (tmp_path / "task").mkdir()
    (tmp_path / "task/mine.yaml").write_text("a: 1\nb: [1,\nc: 2\n: x\n")
    run = hpo("--config-dir", str(tmp_path), "task=mine", cwd=tmp_path)
    assert run.returncode == 2
    assert f"{tmp_path}/task/mine.yaml, line 4, column 1: this is no YAML" in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_choice_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path) -> None:
    """A typo in a group names the group's choices."""
    run = hpo("optimizer=bayse", cwd=tmp_path)
    assert run.returncode == 2
    assert "bayes" in run.stderr
    assert "--config-dir" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("num_trials=${nope}",), "num_trials cannot be read: Interpolation key 'nope' not found"),
        (
            ("num_trials=???",),
            "num_trials has no value (??? stands for one that has to be said). Set num_trials=",
        ),
        (("--config-dir", "nowhere"), "nowhere' not found"),
        (("cluster=example",), "python -m hpo.slurm alone reads the group cluster"),
        (("+cluster=example",), "python -m hpo.slurm alone reads the group cluster"),
        (("cluster.partition=gpu",), "python -m hpo.slurm alone reads the group cluster"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_what_no_config_can_be_made_of_is_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """It ends with 2, as what a study refuses does; nothing is written, and nobody sees a traceback."""
    run = hpo(*arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_multirun_that_had_a_beginning_does_not_end_as_a_refusal(tmp_path: Path) -> None:
    """Its folder is there, and jobs before the one that cannot be composed may have run."""
    assert hpo("-m", "nodez=1,2", cwd=tmp_path).returncode == 1
