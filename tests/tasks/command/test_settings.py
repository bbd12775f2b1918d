import pickle
from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.task import Signature
from tasks.command import Command


def complaint(**settings: object) -> str:
    with pytest.raises(InputError) as caught:
        Command(**settings).check()  # type: ignore[arg-type] # what a YAML file may hold
    return str(caught.value)


def test_what_nothing_else_gives_is_a_parameter() -> None:
    """Placeholders are parameters, but for those that are fixed, files, or known of the trial."""
    task = Command("echo {a} {b} {f} {seed} {python}", fixed={"b": 1}, files={"f": "/bin/sh"})
    assert task.signature == Signature(frozenset({"a"}))


def test_a_file_of_values_takes_any_parameter() -> None:
    """A command that reads its values from a file may be given parameters of any name."""
    assert Command("cat {parameters_file}").signature.takes_any


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"command": None}, "task.command is not set"),
        ({"command": {"a": 1}}, "task.command={'a': 1} is neither a text nor a list"),
        ({"command": "echo 'a"}, "cannot be split: No closing quotation"),
        ({"command": "  "}, "names no program"),
        ({"command": ["echo"], "shell": True}, "is a list (with task.shell=true it takes a text)"),
        ({"command": "echo", "shell": 1}, "task.shell=1 is neither yes nor no"),
        ({"command": "echo", "fixed": [1]}, "task.fixed=[1] is not a mapping"),
        ({"command": "echo {a}", "fixed": {"a": [1]}}, "task.fixed.a=[1] is of type list"),
        ({"command": "echo", "fixed": {"a": 1}}, "task.fixed.a is not in the command"),
        ({"command": "echo {a}", "files": {"a": "not/there"}}, "task.files.a=not/there is not there"),
        ({"command": "echo {a}", "files": {"a": "/"}, "fixed": {"a": 1}}, "task.files.a is in task.fixed too"),
        ({"command": "echo", "metrics": "loss"}, "task.metrics=loss is not a list of names"),
        ({"command": "echo", "metrics_file": "../m.json"}, "task.metrics_file=../m.json is no such file"),
        ({"command": "echo", "metrics_file": "result.json"}, "task.metrics_file=result.json is taken"),
        ({"command": "no-such-program {x}"}, "the program no-such-program is not found"),
        ({"command": "./no-such-program {x}"}, "the program ./no-such-program is not found"),
        ({"command": "awk '{print}'"}, None),
        ({"command": "echo", "name": ""}, "task.name= is no name"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, object], what: str | None) -> None:
    """Each is refused before anything starts, with its key; {print} alone could be a parameter, and is one."""
    if what is None:
        assert Command(**settings).signature.required == {"print"}  # type: ignore[arg-type]
    else:
        assert what in complaint(**settings)


def test_faults_are_reported_together() -> None:
    """One error holds all that is wrong with the settings."""
    with pytest.raises(InputError) as caught:
        Command("", fixed=[], metrics="loss")  # type: ignore[arg-type]
    assert [fault.what.split()[0].split("=")[0] for fault in caught.value.faults] == [
        "task.command",
        "task.fixed",
        "task.metrics",
    ]


def test_files_and_programs_are_looked_for_where_modules_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is found beside somebody's own config, and is absolute from then on, in a worker too."""
    program = tmp_path / "bin" / "simulate"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.syspath_prepend(tmp_path)
    task = Command("bin/simulate {table}", files={"table": "bin/simulate"})
    task.check()
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301 - pickled in the same line
    assert (task.command, task.files) == ((str(program), "{table}"), {"table": str(program)})


def test_a_machine_without_the_files_is_told(tmp_path: Path) -> None:
    """A node of a cluster that lacks a file of the command is found out before trials run on it."""
    table = tmp_path / "table.txt"
    table.touch()
    task = Command("cat {table}", files={"table": str(table)})
    table.unlink()  # as it is to a machine that does not share the folder
    with pytest.raises(InputError, match=r"table\.txt is not there \(every machine that runs trials needs it\)"):
        task.check()


def test_a_file_that_may_not_be_run_is_no_program(tmp_path: Path) -> None:
    """A program that lacks the right to be run is refused before anything starts."""
    (tmp_path / "simulate").write_text("")
    assert "may not be run" in complaint(command=f"{tmp_path}/simulate")
