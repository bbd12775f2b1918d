import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.doctor.interpreter import hidden_modules, path_of_python
from tests.cli import REPOSITORY, hpo
from tests.doctor.doctor import doctor, worst_of


def printed(code: str, cwd: Path, **environment: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def package(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    (folder / name / "__init__.py").touch()
    return folder / name


@pytest.mark.parametrize("name", ["conf", "tasks"])
def test_a_package_that_hides_ours_is_a_fault(name: str, tmp_path: Path) -> None:
    """Python takes the one in the working directory."""
    hiding = package(tmp_path, name)
    found = doctor(cwd=tmp_path)
    (modules,) = found.of("modules")
    assert (found.exit_code, modules["level"], modules["values"]["module"]) == (1, "fault", name)
    assert str(hiding) in modules["what"]
    code = f"import {name}; print({name}.__file__)"
    assert Path(printed(code, cwd=tmp_path)).parent == hiding


def test_the_program_does_not_run_where_conf_is_hidden(tmp_path: Path) -> None:
    """The fault is one."""
    package(tmp_path, "conf")
    assert hpo("--cfg", "job", cwd=tmp_path).returncode != 0


def test_a_file_that_hides_a_library_is_a_fault(tmp_path: Path) -> None:
    """One's own torch.py, say; the check that needs it says that it is no use."""
    (tmp_path / "torch.py").write_text("")
    found = doctor(cwd=tmp_path)
    assert found.exit_code == 1
    assert found.of("modules")[0]["what"] == f"{tmp_path / 'torch.py'} hides the torch that this program needs"
    assert found.of("libraries")[-1]["what"].startswith("torch cannot be imported: AttributeError")


def test_a_library_that_cannot_be_imported_is_a_fault_among_the_others(tmp_path: Path) -> None:
    """A broken Ray has a fault of its own, so has each check that needs it, and all other checks are made."""
    broken = tmp_path / "elsewhere"
    broken.mkdir()
    (broken / "ray.py").write_text("raise OSError('libray.so: cannot open')")
    found = doctor("--start-ray", cwd=tmp_path, PYTHONPATH=f"{REPOSITORY}{os.pathsep}{broken}")
    assert found.exit_code == 1
    assert found.of("libraries")[-1]["what"] == "ray cannot be imported: OSError: libray.so: cannot open"
    assert found.faults == {"libraries", "temporary", "addresses", "ray"}
    for check in ("temporary", "addresses", "ray"):
        assert found.of(check)[0]["what"] == "it cannot be looked at: OSError: libray.so: cannot open"
    assert (found.levels("lock"), found.levels("loopback")) == (["ok"], ["ok"])


def test_a_folder_that_is_no_package_hides_nothing(tmp_path: Path) -> None:
    """Many have a folder conf/ or tasks/; the program runs there."""
    for name in ("conf", "tasks"):
        (tmp_path / name).mkdir()
    assert [finding.level for finding in hidden_modules(tmp_path)] == ["ok"]
    assert hpo("--cfg", "job", cwd=tmp_path).returncode == 0


def test_a_path_of_python_with_a_space_is_got_round(tmp_path: Path) -> None:
    """By a link, as long as the folder for it has none."""
    (finding,) = path_of_python(f"{tmp_path}/a b/bin/python")
    assert (finding.level, "Ray is given a link" in finding.what) == ("ok", True)
    (finding,) = path_of_python(sys.executable)
    assert finding.what == sys.executable


def test_two_spaces_are_a_fault(tmp_path: Path) -> None:
    """In the paths of Python and of the folder for temporary files; the tuner refuses that, too."""
    spaced = tmp_path / "a b"
    spaced.mkdir()
    python = spaced / "python"
    code = f"from hpo.doctor.interpreter import path_of_python; print(next(path_of_python({str(python)!r})).level)"
    assert printed(code, cwd=tmp_path, TMPDIR=str(spaced)) == "fault"
    assert printed(code, cwd=tmp_path, TMPDIR=str(tmp_path)) == "ok"


@pytest.mark.parametrize(("value", "levels"), [("true", ["warning", "ok"]), ("false", ["ok"])])
def test_threads_that_are_bound_are_a_warning(value: str, levels: list[str], tmp_path: Path) -> None:
    """Each process would bind its first thread to the first processor."""
    found = doctor(cwd=tmp_path, OMP_PROC_BIND=value)
    assert found.levels("threads") == levels


def test_a_number_of_threads_is_told(tmp_path: Path) -> None:
    """It is overridden for trials, which is no fault."""
    found = doctor(cwd=tmp_path, OMP_NUM_THREADS="7")
    assert "OMP_NUM_THREADS=7" in found.of("threads")[0]["what"]


def test_all_that_hides_is_told(tmp_path: Path) -> None:
    """One finding for each module."""
    package(tmp_path, "conf")
    package(tmp_path, "ray")
    level, _, remedy = worst_of(hidden_modules(tmp_path))
    assert (level, len(list(hidden_modules(tmp_path)))) == ("fault", 2)
    assert "another name" in remedy
