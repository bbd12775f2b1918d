import pickle
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.task import Report, Signature, Task, TrialContext
from tasks.toy import Branin, Hartmann6

POINT = {"x1": 0.0, "x2": 0.0}


def value(result: object) -> float:
    assert isinstance(result, Mapping)
    return float(result["value"])


@pytest.mark.parametrize(("task", "n"), [(Branin(), 2), (Hartmann6(), 6)])
def test_it_takes_all_its_coordinates(task: Task, n: int) -> None:
    """Every coordinate is a required parameter, and nothing else is taken."""
    assert task.signature == Signature(required=frozenset(f"x{i + 1}" for i in range(n)))


def test_the_order_of_the_parameters_does_not_matter(tmp_path: Path) -> None:
    """Coordinates are taken by name."""
    context = TrialContext(index=0, directory=tmp_path, seed=0)
    assert Branin().run({"x2": 15, "x1": 10}, context) == Branin().run({"x1": 10, "x2": 15}, context)


@pytest.mark.parametrize("task", [Branin(), Hartmann6()])
def test_it_returns_what_it_declares(task: Task, tmp_path: Path) -> None:
    """The metrics returned are those declared."""
    result = task.run(dict.fromkeys(task.signature.required, 0.5), TrialContext(0, tmp_path, seed=0))
    assert isinstance(result, Mapping)
    assert frozenset(result) == task.metrics


@pytest.mark.parametrize(("task", "name"), [(Branin(), "branin"), (Hartmann6(), "hartmann6")])
def test_its_name_is_its_option(task: Task, name: str) -> None:
    """Messages call a toy task as the command line does."""
    assert task.name == name


def test_it_survives_pickling() -> None:
    """A task with all its settings is the same after the way to a worker."""
    task = Hartmann6(sleep_s=1, sleep_sigma=0.5, noise=0.1, n_reports=3, failures={"invalid": 0.1})
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301 - pickled one call before


def test_noise_follows_from_the_seed(tmp_path: Path) -> None:
    """The same point and seed give the same noisy value, another seed another one."""
    values = [value(Branin(noise=1).run(POINT, TrialContext(0, tmp_path, seed=seed))) for seed in (1, 1, 2)]
    assert (values[0] == values[1], values[0] == values[2]) == (True, False)


def test_reports_approach_the_value(tmp_path: Path) -> None:
    """Reports are numbered from 1, fall, and end at the value that is returned."""
    reports: list[Report] = []
    context = TrialContext(index=0, directory=tmp_path, seed=0, send=reports.append)
    final = value(Branin(n_reports=4).run(POINT, context))
    gaps = [report.metrics["value"] - final for report in reports]
    assert [r.step for r in reports] == [1, 2, 3, 4]
    assert gaps == pytest.approx([9 / 16, 1 / 4, 1 / 16, 0])


@pytest.mark.parametrize("n_reports", [0, 4])
def test_it_spends_its_run_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_reports: int) -> None:
    """With reports or without, a trial sleeps for the run time that was drawn for it."""
    naps: list[float] = []
    monkeypatch.setattr(time, "sleep", naps.append)
    task = Branin(sleep_s=50, sleep_sigma=0.5, n_reports=n_reports)
    task.run(POINT, TrialContext(index=0, directory=tmp_path, seed=3))
    assert sum(naps) == pytest.approx(task.schedule(3).run_s)


def test_without_n_reports_there_are_none(tmp_path: Path) -> None:
    """A toy task is silent unless asked."""
    reports: list[Report] = []
    Branin().run(POINT, TrialContext(index=0, directory=tmp_path, seed=0, send=reports.append))
    assert reports == []


def test_all_faults_are_reported_together() -> None:
    """One error holds every bad setting, each under the key that was typed."""
    with pytest.raises(InputError) as caught:
        Branin(
            sleep_s=-1,
            sleep_sigma=float("nan"),
            noise="much",  # type: ignore[arg-type] # what a YAML file may hold
            n_reports=1.5,  # type: ignore[arg-type] # the same
            failures={"invalid": 2, "explode": 0.1},
        )
    assert [fault.what for fault in caught.value.faults] == [
        "task.sleep_s=-1 is negative",
        "task.sleep_sigma=nan is not finite",
        "task.noise=much is not a number",
        "task.n_reports=1.5 is not a whole number",
        "task.failures.explode is not a failure",
        "task.failures.invalid=2 is above 1",
    ]


def test_shares_above_one_together_are_refused() -> None:
    """Shares that add up to more than all trials are a fault that names the keys to lower."""
    with pytest.raises(InputError, match=r"adds up to 1\.2 .*Lower task\.failures\.invalid or task\.failures\.exit\."):
        Branin(failures={"exit": 0.6, "invalid": 0.6, "hang": 0})


def test_shares_may_add_up_to_one() -> None:
    """Shares whose decimals add up to 1 are not refused for the rounding of their sum."""
    assert Branin(failures={"invalid": 0.7, "error": 0.1, "hang": 0.1, "exit": 0.1}).failures["invalid"] == 0.7


def test_failures_without_names_are_refused() -> None:
    """A single number as failure dial is a fault that lists the names."""
    with pytest.raises(InputError, match=r"task\.failures=0\.1 is not a mapping \(.*invalid, error, hang"):
        Branin(failures=0.1)  # type: ignore[arg-type] # what a YAML file may hold
