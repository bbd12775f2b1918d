"""``python -m hpo.status`` as it is typed."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hpo.status.command_line import main
from hpo.study import Study
from tests.cli import REPOSITORY, module, succeed
from tests.scripted import MakeStudy, completed


def status(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hpo.status", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment},
    )


@pytest.fixture
def demo(asked: MakeStudy) -> Study:
    """A study that stopped after one of four trials, in outputs/demo."""
    study = asked(num_trials=4)
    study.begin()
    study.ask()
    study.tell(0, completed(1.0))
    study.end()
    return study


def copies(*names: str) -> None:
    for name in names:
        shutil.copytree("outputs/demo", f"outputs/{name}")


def test_a_study_is_told_in_full(demo: Study) -> None:
    """The directory of a study, from the directory above outputs/."""
    run = status("outputs/demo")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("demo: stopped\n  directory   outputs/demo\n")
    assert run.stdout.endswith("\n    python -m hpo restart=resume study=demo\n")


def test_it_loads_nothing_heavy() -> None:
    """Neither Ax, Ray, Hydra nor torch, so that it answers at once."""
    code = "import sys, hpo.status.command_line; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    heavy = {"ax", "ray", "hydra", "omegaconf", "torch", "numpy", "pandas", "rich"}
    assert "hpo" in loaded.stdout.split()
    assert heavy.isdisjoint(loaded.stdout.split())


def test_a_folder_of_studies_is_a_table(demo: Study, capsys: pytest.CaptureFixture[str]) -> None:
    """One row a study, and what is no study is left out."""
    copies("another")
    Path("outputs/README.md").touch()
    Path("outputs/multirun").mkdir()
    Path("outputs/.new.123.tmp").mkdir()
    Path("outputs/.new.123.tmp/study.yaml").touch()  # that one is being made
    assert main(["outputs"]) == 0
    heading, _, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == ["study", "stands", "done", "best", "last", "event"]
    assert [row.split()[:4] for row in rows[:2]] == [[name, "stopped", "1/4", "1"] for name in ("another", "demo")]
    assert rows[2:] == ["", "One of them in detail: python -m hpo.status outputs/another"]


@pytest.mark.parametrize("columns", ["60", "80", "100"])
def test_a_table_of_long_names_fits_the_screen(
    demo: Study, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    """Names of a multirun say all that it varies; they are folded, and nothing of them is lost."""
    monkeypatch.setenv("COLUMNS", columns)
    name = "qm7-cutoffs_optimizer-bayes_max_epochs-100_batch_size-512_learning_rate-0.0005_seed-12345"
    copies(name)
    main(["outputs"])
    table = capsys.readouterr().out.partition("\n\n")[0]
    assert max(map(len, table.splitlines())) <= int(columns)
    assert name in "".join(line.split("  ")[0].strip() for line in table.splitlines())


def test_several_paths_are_told_one_after_the_other(demo: Study, capsys: pytest.CaptureFixture[str]) -> None:
    """Studies and folders, in the order in which they were typed."""
    copies("another")
    assert main(["outputs/demo", "outputs", "outputs/another"]) == 0
    out = capsys.readouterr().out
    assert out.index("demo: stopped") < out.index("study    stands") < out.index("another: stopped")


def test_one_study_is_one_mapping(demo: Study, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json, for programs."""
    main(["outputs/demo", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["study"], found["n_done"], found["best_value"]) == (2, "demo", 1, 1.0)


@pytest.mark.parametrize("paths", [["outputs"], ["outputs/another", "outputs/demo"]])
def test_several_studies_are_a_mapping_too(demo: Study, capsys: pytest.CaptureFixture[str], paths: list[str]) -> None:
    """They are in studies; what could not be read is in faults."""
    copies("another")
    main([*paths, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert [Path(study["directory"]).name for study in found["studies"]] == ["another", "demo"]
    assert (found["schema"], found["faults"]) == (2, [])


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("outputs/dmo", r"outputs/dmo does not exist .*Type python -m hpo\.status outputs/demo\."),
        ("demo", r"demo does not exist .*Type python -m hpo\.status outputs/demo\."),
        ("nothing", r"nothing does not exist .*Type python -m hpo\.status outputs\."),
        ("outputs/demo/journal.jsonl", r"is no study .*Type python -m hpo\.status \S*/outputs/demo\."),
        ("outputs/demo/sessions", r"is no study and holds none .*Type python -m hpo\.status \S*/outputs/demo\."),
    ],
)
def test_what_is_no_study_is_refused(demo: Study, capsys: pytest.CaptureFixture[str], path: str, message: str) -> None:
    """With what would work."""
    demo.session.mkdir(parents=True)
    assert main([path]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(message, err)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("journal.jsonl", "{}\n{}\n", "is damaged in line 1"),
        ("journal.jsonl", '{"event":"started","time":1.0,"index":7}\n', "line 1 makes no sense"),
        ("journal.jsonl", '{"event":"session","time":1.0,"schema":99}\n', "later version"),
        ("study.yaml", "", "cannot be understood"),
        ("study.yaml", "schema: 99\n", "later version"),
        ("study.yaml", "[", "cannot be understood"),
        ("study.yaml", "just text", "cannot be understood"),
    ],
)
def test_a_damaged_study_is_refused(
    demo: Study, capsys: pytest.CaptureFixture[str], file: str, content: str, message: str
) -> None:
    """With the file and what is wrong with it; nothing else is said of it."""
    Path("outputs/demo", file).write_text(content)
    assert main(["outputs/demo", "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("num_trials: 4", "num_trials: many"),
        ("metric: loss", "metric: gain"),
        ("arguments:", "argument:"),
        ("config:", "config: 7\nother:"),
    ],
)
def test_a_record_that_was_edited_is_refused(
    demo: Study, capsys: pytest.CaptureFixture[str], before: str, after: str
) -> None:
    """A key of another kind in study.yaml, or one that does not go with the journal, is a message too."""
    record = Path("outputs/demo/study.yaml")
    assert before in record.read_text()
    record.write_text(record.read_text().replace(before, after))
    assert main(["outputs/demo"]) == 2
    assert "cannot be understood" in capsys.readouterr().err


def test_one_damaged_study_does_not_hide_the_others(demo: Study, capsys: pytest.CaptureFixture[str]) -> None:
    """It has a row, the reason follows, and the exit code tells."""
    copies("another")
    Path("outputs/another/journal.jsonl").write_text("{}\n")
    assert main(["outputs"]) == 2
    out, err = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()[2:4]] == [["another", "unreadable"], ["demo", "stopped"]]
    assert out.endswith("One of them in detail: python -m hpo.status outputs/demo\n")
    assert "outputs/another/journal.jsonl is damaged in line 1" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["study.yaml", "journal.jsonl", ".lock", ""])
def test_what_may_not_be_read_is_refused(demo: Study, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Another user's study, for instance."""
    demo.paths.lock.touch()
    path = demo.paths.root / name
    path.chmod(0)
    try:
        assert main(["outputs/demo"]) == 2
    finally:
        path.chmod(0o755)
    assert "outputs/demo cannot be read: Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize("lines", ["-1", "many", "1.5"])
def test_a_number_of_lines_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], lines: str) -> None:
    """With what it takes."""
    with pytest.raises(SystemExit, match="2"):
        main(["outputs", f"--log-lines={lines}"])
    assert "it takes 0 or more" in capsys.readouterr().err


def test_letters_that_the_terminal_has_not_are_no_fault(demo: Study) -> None:
    """A name with an umlaut where only ASCII can be printed."""
    Path("outputs/demo").rename("outputs/dämon")
    run = status("outputs/dämon", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (run.returncode, run.stdout.partition(":")[0]) == (0, r"d\xe4mon")


def test_a_reader_that_goes_away_is_no_fault(demo: Study) -> None:
    """As with ``| head -1``: no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        run = subprocess.run(
            [sys.executable, "-m", "hpo.status", "outputs/demo"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )
    assert (run.returncode, run.stderr) == (141, b"")


@pytest.mark.slow
def test_what_it_says_to_type_works(tmp_path: Path) -> None:
    """A study of the real program is extended, and its best run again, with the commands as they are printed."""
    succeed("tuner=inline", "optimizer=sobol", "num_trials=3", cwd=tmp_path)
    (directory,) = (tmp_path / "outputs").iterdir()
    found = json.loads(status(str(directory), "--json").stdout)
    assert (found["state"], found["n_done"], found["task"]["target"]) == ("finished", 3, "tasks.toy.Branin")
    for step in found["next"]["commands"]:
        _, _, name, *arguments = shlex.split(step["command"])
        module(name, *arguments, cwd=Path(found["next"]["directory"])).check_returncode()
    extended, best = (
        json.loads(status(path, "--json", cwd=tmp_path).stdout) for path in ("outputs/branin", "outputs/branin-best")
    )
    assert (extended["n_done"], extended["num_trials"]) == (6, 6)
    assert best["best_value"] == found["best_value"]
