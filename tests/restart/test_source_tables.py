"""Tables as sources of a warm start: a study's trials.csv, or anybody's."""

from pathlib import Path

import pytest

from hpo.errors import InputError
from hpo.objective import build_objective
from hpo.restart.sources import Import, read_sources
from hpo.space import build_space
from hpo.study import StoredStudy, StudyPaths
from hpo.study.table import write_table
from tests.restart.sources import LOSS, ONLY_X, POINT, SPACE, X, done, refused, study, taken, write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_plain_table_is_read(tmp_path: Path, mark: str, end: str, encoding: str) -> None:
    """Commas, semicolons or tabs, with or without a byte order mark: text becomes each parameter's type."""
    rows = ["x,note,loss, n ,kind,deep", '1.5,"a, b; c",0.25,3,relu,true', "", "2,,1e-1,4.0, tanh ,False"]
    table = [row.replace('"a, b; c"', "|").replace(",", mark).replace("|", '"a, b; c"') for row in rows]
    source = write(tmp_path / "old.csv", end.join(table), encoding)
    imports, misfits = read_sources([source], SPACE, LOSS, tmp_path)
    assert misfits == []
    assert imports == [
        Import(POINT, {"loss": 0.25}, "old.csv line 2"),
        Import({"x": 2.0, "n": 4, "kind": "tanh", "deep": False, "depth": 2}, {"loss": 0.1}, "old.csv line 4"),
    ]
    assert [type(value) for value in imports[1].parameters.values()] == [float, int, str, bool, int]


def test_text_that_looks_like_a_number_stays_text(tmp_path: Path) -> None:
    """A choice of texts is a choice of texts, whatever they look like."""
    space = build_space({"x": X, "kind": {"type": "choice", "values": ["1", "02"], "value_type": "str"}})
    source = write(tmp_path / "old.csv", "x,kind,loss\n1,02,3\n")
    ((one,), _) = read_sources([source], space, LOSS, tmp_path)
    assert one.parameters == {"x": 1.0, "kind": "02"}


def test_a_large_int_keeps_its_digits(tmp_path: Path) -> None:
    """A whole number does not go through a float, which has no room for it."""
    space = build_space({"n": {"type": "range", "bounds": [1, 2**60]}})
    source = write(tmp_path / "old.csv", f"n,loss\n{2**53 + 1},3\n")
    ((one,), _) = read_sources([source], space, LOSS, tmp_path)
    assert one.parameters == {"n": 2**53 + 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("abc,1,", "x=abc is not in the space (it takes float values from 0.0 to 9.0)"),
        ("1_0,1,", "x=1_0 is not in the space (it takes float values from 0.0 to 9.0)"),
        ("nan,1,", "x=nan is not in the space (it takes float values from 0.0 to 9.0)"),
        (" ,1,completed", "x is missing (it takes float values from 0.0 to 9.0)"),
        ("1,,completed", "the metric loss is missing (the objective needs it; the trial has none)"),
        ("1,nan,completed", "loss=nan is not finite (the objective needs a finite number)"),
        ("1,n/a,completed", "loss=n/a is no number (a metric is one)"),
        ("1,1,failed", "it is failed"),
        ("1,1,", "its status is missing (of a trial that came to its end it is completed or invalid)"),
        ("1,1", "its status is missing (of a trial that came to its end it is completed or invalid)"),
        ("1,0,5,completed", "it has 4 cells (the header has 3)"),
    ],
)
def test_a_row_that_is_no_trial_is_refused(tmp_path: Path, row: str, reason: str) -> None:
    """One bad row costs that row; the reason has the cell and what is allowed."""
    row = f"{row}completed" if reason.startswith("x=") else row
    source = write(tmp_path / "old.csv", f"x,loss,status\n1,1,Completed\n{row}\n2,2,invalid\n")
    found = read_sources([source], ONLY_X, LOSS, tmp_path)
    assert taken(found) == ["old.csv line 2", "old.csv line 4"]
    assert refused(found) == {"old.csv line 3": reason}


def test_a_quoted_line_end_does_not_shift_the_line_numbers(tmp_path: Path) -> None:
    """The line is the one that an editor shows."""
    source = write(tmp_path / "old.csv", 'x,loss,reason\n1,1,"two\nlines"\n2,2,\n')
    assert taken(read_sources([source], ONLY_X, LOSS, tmp_path)) == ["old.csv line 2", "old.csv line 4"]


def test_a_table_of_ours_gives_all_its_metrics(tmp_path: Path) -> None:
    """Numeric columns of a trials.csv are metrics, except those that every table has."""
    head = "trial_index,status,x,objective,loss,mae,note,seconds,reason"
    source = write(tmp_path / "t.csv", f"{head}\n7,completed,1,9,1,0.5,text,3.2,\n8,completed,2,9,2,nan,text,3.2,\n")
    imports, _ = read_sources([source], ONLY_X, LOSS, tmp_path)
    assert [one.metrics for one in imports] == [{"loss": 1.0, "mae": 0.5}, {"loss": 2.0}]


def test_a_plain_table_gives_what_the_objective_needs(tmp_path: Path) -> None:
    """Who knows what the other columns of somebody's spreadsheet are; constrained metrics are needed too."""
    objective = build_objective("loss", "minimize", ["size <= 3"])
    source = write(tmp_path / "t.csv", "x,loss,size,temperature\n1,2,3,300\n")
    ((one,), _) = read_sources([source], ONLY_X, objective, tmp_path)
    assert one.metrics == {"loss": 2.0, "size": 3.0}


def test_a_parameter_in_a_studys_table_is_no_metric(tmp_path: Path) -> None:
    """The table beside a study.yaml has its study's parameters, so one that the new space lacks is told."""
    old = build_space({"x": X, "lr": X})
    study(tmp_path / "old", old, [({"x": 1.0, "lr": 2.0}, done(loss=1.0))])
    stored = StoredStudy.read(StudyPaths(tmp_path / "old"))
    write_table(stored.results(), stored.paths)
    with pytest.raises(InputError, match=r"1 of 1: lr is not a parameter of the space \(it has x\)"):
        read_sources([str(stored.paths.table)], ONLY_X, LOSS, tmp_path)
