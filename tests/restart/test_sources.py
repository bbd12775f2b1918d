"""Where a warm start finds its trials, and which of them it takes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml

from hpo.errors import DamagedStudyError, InputError
from hpo.objective import build_objective
from hpo.restart.sources import Import, Misfit, misfit_lines, read_sources
from hpo.space import SearchSpace, build_space
from hpo.study import Outcome, Status, StoredStudy, StudyPaths
from hpo.study.history import History
from hpo.study.table import write_table
from hpo.task import ParameterValue

LOSS = build_objective("loss")
X: Mapping[str, object] = {"type": "range", "bounds": [0.0, 9.0]}
SPACE = build_space(
    {
        "x": X,
        "n": {"type": "range", "bounds": [1, 8]},
        "kind": {"type": "choice", "values": ["relu", "tanh"]},
        "deep": {"type": "choice", "values": [True, False]},
        "depth": {"type": "fixed", "value": 2},
    },
    ["n <= x + 3"],
)
POINT: Mapping[str, ParameterValue] = {"x": 1.5, "n": 3, "kind": "relu", "deep": True, "depth": 2}
ONLY_X = build_space({"x": X})

Ended = tuple[Mapping[str, object], Outcome | None]


def done(**metrics: float) -> Outcome:
    return Outcome(Status.COMPLETED, metrics, started_at=100.0, seconds=1.0)


def failed(status: Status = Status.FAILED) -> Outcome:
    return Outcome(status, reason="no reason at all")


def make_study(root: Path, space: SearchSpace, trials: Sequence[Ended], **objective: str) -> History:
    """Make a study of these trials, as a session leaves it that still runs."""
    root.mkdir(parents=True)
    sought = build_objective(**{"metric": "loss", **objective})
    record = {
        "schema": 2,
        "study": root.name,
        "plan": {"num_trials": 99, "slots": 2, "seed": 1, "arguments": []},
        "space": space.to_json(),
        "objective": sought.to_json(),
        "config": {},
    }
    StudyPaths(root).config.write_text(yaml.safe_dump(record, sort_keys=False))
    history = History(StudyPaths(root))
    history.write("session", schema=2, mode="new", num_trials=99, slots=2, session="now")
    for index, (parameters, outcome) in enumerate(trials):
        history.write("suggested", index=index, parameters=parameters, generation_s=0.1)
        history.write("started", index=index, attempt=1)
        if outcome is not None:
            history.write(
                "completed" if outcome.status is Status.COMPLETED else "failed", index=index, **outcome.to_json()
            )
    return history


def study(root: Path, space: SearchSpace, trials: Sequence[Ended], **objective: str) -> None:
    make_study(root, space, trials, **objective).close()


def points(*values: float) -> list[Ended]:
    return [({"x": value}, done(loss=value)) for value in values]


def taken(found: tuple[list[Import], list[Misfit]]) -> list[str]:
    return [one.source for one in found[0]]


def refused(found: tuple[list[Import], list[Misfit]]) -> dict[str, str]:
    return {one.source: one.reason for one in found[1]}


def test_completed_trials_of_a_study_are_taken(tmp_path: Path) -> None:
    """What is completed comes with all its metrics and where it is from; what is not is told."""
    trials = [(POINT, done(loss=1.0, mae=2.0)), (POINT, failed()), (POINT, failed(Status.TIMEOUT)), (POINT, None)]
    study(tmp_path / "old", SPACE, trials)
    imports, misfits = read_sources(["old"], SPACE, LOSS, tmp_path)
    assert imports == [Import(POINT, {"loss": 1.0, "mae": 2.0}, "old trial 0")]
    assert misfits == [
        Misfit("old trial 1", "it is failed"),
        Misfit("old trial 2", "it is timeout"),
        Misfit("old trial 3", "it is running"),
    ]


def test_a_running_study_is_read(tmp_path: Path) -> None:
    """Another process may hold the study and be in the middle of a line."""
    history = make_study(tmp_path / "old", ONLY_X, points(1.0))
    with StudyPaths(tmp_path / "old").journal.open("a") as journal:
        journal.write('{"event":"sugg')
    assert taken(read_sources(["old"], ONLY_X, LOSS, tmp_path)) == ["old trial 0"]
    history.close()


def test_a_study_is_named_or_pointed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name below outputs, a path from the working directory and an absolute one all lead to a study."""
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(("outputs/a", "elsewhere/b", "far/c")):
        study(tmp_path / name, ONLY_X, points(number))
    sources = ["a", "elsewhere/b", str(tmp_path / "far/c")]
    found = read_sources(sources, ONLY_X, LOSS, tmp_path / "outputs")
    assert taken(found) == ["a trial 0", "b trial 0", "c trial 0"]


def test_values_take_the_types_and_the_order_of_the_new_space(tmp_path: Path) -> None:
    """An int becomes a float where one is sought, a whole float an int, and fixed values are filled in."""
    old = build_space({"n": {"type": "range", "bounds": [0.0, 9.0]}, "x": {"type": "range", "bounds": [0, 9]}})
    new = build_space({"x": X, "n": {"type": "range", "bounds": [0, 9]}, "depth": {"type": "fixed", "value": "deep"}})
    study(tmp_path / "old", old, [({"n": 3.0, "x": 2}, done(loss=1.0))])
    ((one,), _) = read_sources(["old"], new, LOSS, tmp_path)
    typed = [(name, value, type(value)) for name, value in one.parameters.items()]
    assert typed == [("x", 2.0, float), ("n", 3, int), ("depth", "deep", str)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x": 20.0}, "x=20.0 is not in the space (it takes float values from 0.0 to 9.0)"),
        ({"n": 2.5}, "n=2.5 is not in the space (it takes int values from 1 to 8)"),
        ({"kind": "selu"}, "kind=selu is not in the space (it takes one of relu, tanh)"),
        ({"depth": 3}, "depth=3 is not in the space (it is fixed at 2)"),
        ({"lr": 0.1}, "lr is not a parameter of the space (it has x, n, kind, deep, depth)"),
        ({"n": 8}, "n=8, x=1.5 violates a constraint (n <= x + 3)"),
        (
            {"x": -1.0, "n": 0},
            (
                "x=-1.0 is not in the space (it takes float values from 0.0 to 9.0); "
                "n=0 is not in the space (it takes int values from 1 to 8)"
            ),
        ),
    ],
)
def test_what_is_no_point_of_the_space_is_refused(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    """Each reason has the value and what is allowed."""
    study(tmp_path / "old", SPACE, [(POINT, done(loss=1.0)), ({**POINT, **change}, done(loss=1.0))])
    assert refused(read_sources(["old"], SPACE, LOSS, tmp_path)) == {"old trial 1": reason}


def test_a_missing_parameter_is_refused(tmp_path: Path) -> None:
    """A free parameter that the source did not have cannot be made up."""
    study(tmp_path / "old", ONLY_X, points(1.0))
    space = build_space({"x": X, "y": X, "kind": {"type": "fixed", "value": "relu"}})
    with pytest.raises(InputError, match=r"1 of 1: y is missing \(it takes float values from 0\.0 to 9\.0\)"):
        read_sources(["old"], space, LOSS, tmp_path)


@pytest.mark.parametrize(
    ("metrics", "reason"),
    [
        ({"mae": 1.0}, "the metric loss is missing (the objective needs it; the trial has mae)"),
        ({"loss": float("nan"), "mae": 1.0}, "loss=nan is not finite (the objective needs a finite number)"),
        ({"loss": 0.0, "mae": 0.0}, "not finite: mae / loss is nan for mae=0.0, loss=0.0"),
        ({"loss": 1.0, "mae": 1.0, "x": 3.0}, "a metric may not be called x: trials.csv has such a column"),
    ],
)
def test_metrics_that_are_no_data_are_refused(tmp_path: Path, metrics: dict[str, float], reason: str) -> None:
    """What the new objective could not be computed from is no data, whatever the source's objective was."""
    trials: list[Ended] = [({"x": 2.0}, done(**metrics)), ({"x": 3.0}, done(loss=1.0, mae=2.0))]
    study(tmp_path / "old", ONLY_X, trials, metric="mae")
    found = read_sources(["old"], ONLY_X, build_objective("mae / loss"), tmp_path)
    assert taken(found) == ["old trial 1"]
    assert refused(found) == {"old trial 0": reason}


def test_the_source_may_have_sought_something_else(tmp_path: Path) -> None:
    """The metrics count, not the direction or the metric that the source's study had."""
    trials: list[Ended] = [({"x": 1.0}, done(loss=1.0, accuracy=0.5))]
    study(tmp_path / "old", ONLY_X, trials, metric="accuracy", direction="maximize")
    ((one,), _) = read_sources(["old"], ONLY_X, LOSS, tmp_path)
    assert one.metrics == {"loss": 1.0, "accuracy": 0.5}


def test_a_metric_that_nobody_needs_is_left_out_if_it_is_no_number(tmp_path: Path) -> None:
    """A NaN beside the objective does not cost the trial, and what is taken is strict JSON."""
    study(tmp_path / "old", ONLY_X, [({"x": 1.0}, done(loss=1.0, extra=float("nan"), other=2.0))])
    ((one,), _) = read_sources(["old"], ONLY_X, LOSS, tmp_path)
    assert json.loads(json.dumps(dict(one.metrics), allow_nan=False)) == {"loss": 1.0, "other": 2.0}


def test_a_source_that_is_there_twice_is_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same study under its name and its path gives its trials once, and says so."""
    monkeypatch.chdir(tmp_path)
    study(tmp_path / "old", ONLY_X, points(1.0, 2.0))
    found = read_sources(["old", "./old"], ONLY_X, LOSS, tmp_path)
    assert taken(found) == ["old trial 0", "old trial 1"]
    assert refused(found) == {
        "./old trial 0": "the same as old trial 0",
        "./old trial 1": "the same as old trial 1",
    }


def test_the_same_point_with_another_result_is_another_trial(tmp_path: Path) -> None:
    """A noisy task measured twice is two data; one that a single study measured twice is two as well."""
    study(tmp_path / "one", ONLY_X, [({"x": 1.0}, done(loss=1.0)), ({"x": 1.0}, done(loss=1.0))])
    study(tmp_path / "two", ONLY_X, [({"x": 1.0}, done(loss=1.1)), ({"x": 1.0}, done(loss=1.0))])
    found = read_sources(["one", "two"], ONLY_X, LOSS, tmp_path)
    assert taken(found) == ["one trial 0", "one trial 1", "two trial 0"]
    assert refused(found) == {"two trial 1": "the same as one trial 0"}


def test_a_study_and_its_table_are_the_same(tmp_path: Path) -> None:
    """Numbers go through trials.csv without loss, so its rows are known again as the trials they are."""
    trials: list[Ended] = [({**POINT, "x": 1 / 3 + k}, done(loss=0.1 * k, mae=1e-7 / 3)) for k in range(3)]
    study(tmp_path / "old", SPACE, [*trials, (POINT, failed())])
    stored = StoredStudy.read(StudyPaths(tmp_path / "old"))
    write_table(stored.results(), stored.paths)
    found = read_sources(["old", str(stored.paths.table)], SPACE, LOSS, tmp_path)
    assert taken(found) == ["old trial 0", "old trial 1", "old trial 2"]
    assert refused(found)["trials.csv line 2"] == "the same as old trial 0"
    assert refused(found)["trials.csv line 5"] == "it is failed"
    alone, _ = read_sources([str(stored.paths.table)], SPACE, LOSS, tmp_path)
    assert [(one.parameters, one.metrics) for one in alone] == [(one.parameters, one.metrics) for one in found[0]]


def write(path: Path, text: str, encoding: str = "utf-8") -> str:
    path.write_bytes(text.encode(encoding))
    return str(path)


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
        ("1,1,", "its status is missing (only completed trials are data)"),
        ("1,1", "its status is missing (only completed trials are data)"),
        ("1,0,5,completed", "it has 4 cells (the header has 3)"),
    ],
)
def test_a_row_that_is_no_trial_is_refused(tmp_path: Path, row: str, reason: str) -> None:
    """One bad row costs that row; the reason has the cell and what is allowed."""
    row = f"{row}completed" if reason.startswith("x=") else row
    source = write(tmp_path / "old.csv", f"x,loss,status\n1,1,Completed\n{row}\n2,2,completed\n")
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


def test_every_source_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Independent faults come together, each under its key."""
    study(tmp_path / "old", ONLY_X, points(1.0))
    (tmp_path / "empty").mkdir()
    text = write(tmp_path / "notes.txt", "dear diary\n")
    blank = write(tmp_path / "blank.csv", "\n")
    binary = tmp_path / "weights.bin"
    binary.write_bytes(b"\xff\xfe\x00\x80")
    torn = write(tmp_path / "torn.csv", 'x,loss\n1,"2\n')
    twice = write(tmp_path / "twice.csv", "x,loss,x\n1,2,3\n")
    sources = ["olt", "empty", text, blank, str(binary), torn, twice, "old"]
    with pytest.raises(InputError) as caught:
        read_sources(sources, ONLY_X, LOSS, tmp_path)
    whats = [fault.what.replace(f"{tmp_path}/", "") for fault in caught.value.faults]
    assert whats == [
        "restart.source[0]=olt does not exist",
        "restart.source[1]=empty is a folder without a study",
        "restart.source[2]=notes.txt has no column of them: its first row is dear diary",
        "restart.source[3]=blank.csv has no column of them: it is empty",
        "restart.source[4]=weights.bin is no text in UTF-8",
        "restart.source[5]=torn.csv is no CSV file: unexpected end of data",
        "restart.source[6]=twice.csv has the column x twice",
    ]
    assert caught.value.faults[0].remedy == "Did you mean old"
    assert caught.value.faults[2].allowed == "a CSV file has a first row with the columns x, loss"


def test_a_source_that_may_not_be_asked_for_is_told(tmp_path: Path) -> None:
    """What the operating system refuses is a fault of that source, not a traceback."""
    with pytest.raises(InputError, match=r"restart\.source\[0\]=a+ cannot be read: File name too long"):
        read_sources(["a" * 300], ONLY_X, LOSS, tmp_path)


@pytest.mark.parametrize("sources", ["old", (), {"a": 1}, 3])
def test_what_is_no_list_of_sources_is_refused(tmp_path: Path, sources: object) -> None:
    """One text is not taken for a list of letters."""
    with pytest.raises(InputError, match=r"is no list of sources .*Set restart\.source=\[NAME\]\."):
        read_sources(sources, ONLY_X, LOSS, tmp_path)  # type: ignore[arg-type]  # that is the claim


@pytest.mark.parametrize("source", ["", 3, None])
def test_what_is_no_source_is_refused(tmp_path: Path, source: object) -> None:
    """A source is a text."""
    with pytest.raises(InputError, match=r"restart\.source\[0\]=.* is no text"):
        read_sources([source], ONLY_X, LOSS, tmp_path)  # type: ignore[list-item]  # that is the claim


def test_a_damaged_study_is_told_as_such(tmp_path: Path) -> None:
    """Its own error says which file and line."""
    study(tmp_path / "old", ONLY_X, points(1.0))
    journal = StudyPaths(tmp_path / "old").journal
    journal.write_text("rubbish\n" + journal.read_text())
    with pytest.raises(DamagedStudyError, match="damaged in line 1"):
        read_sources(["old"], ONLY_X, LOSS, tmp_path)


def test_a_warm_start_without_a_fitting_trial_is_refused_with_the_commonest_reasons(tmp_path: Path) -> None:
    """It would be a new study with the wrong name; reasons that differ in numbers count as one."""
    far: list[Ended] = [({"x": 10.0 + k / 3}, done(loss=1.0)) for k in range(5)]
    study(tmp_path / "old", ONLY_X, [({"x": 1.0}, failed()), *far])
    with pytest.raises(InputError) as caught:
        read_sources(["old"], ONLY_X, LOSS, tmp_path)
    (fault,) = caught.value.faults
    assert fault.what == (
        "restart.source=[old] has no trial that fits: "
        "5 of 6: x=10.0 is not in the space (it takes float values from 0.0 to 9.0); 1 of 6: it is failed"
    )


def test_a_source_without_trials_is_refused(tmp_path: Path) -> None:
    """A table with nothing but its header has nothing to start from."""
    source = write(tmp_path / "old.csv", "x,loss\n")
    with pytest.raises(InputError, match=r"has no trials \(a trial fits that is completed"):
        read_sources([source], ONLY_X, LOSS, tmp_path)


def test_misfits_are_told_by_reason() -> None:
    """A line a source and reason, the commonest first; a name's digits tell reasons apart, a value's do not."""
    far = [Misfit(f"my study trial {k}", f"x1={20 + k} is not in the space (0 to 5)") for k in (3, 5, 7)]
    other = [Misfit("my study trial 9", "x2=20 is not in the space (0 to 5)")]
    failures = [Misfit(f"t.csv line {k}", "it is failed") for k in (2, 4)]
    assert misfit_lines([*other, *failures, *far]) == [
        "3 trials of my study do not fit: x1=23 is not in the space (0 to 5) [trial 3, 5, 7]",
        "2 lines of t.csv do not fit: it is failed [line 2, 4]",
        "1 trial of my study does not fit: x2=20 is not in the space (0 to 5) [trial 9]",
    ]


def test_many_misfits_are_ten_lines_and_a_count() -> None:
    """A terminal is not filled with what was left out, and nothing is left out of the count."""
    reasons = [Misfit(f"old trial {k}", f"reason_{'abcdefghijklm'[k]}") for k in range(13)]
    lines = misfit_lines(reasons)
    assert len(lines) == 11
    assert lines[-1] == "3 more did not fit, for other reasons (3 of them)"


def test_many_places_are_shortened() -> None:
    """One line stays one line, however many trials it is about."""
    (line,) = misfit_lines([Misfit(f"old trial {k}", "it is failed") for k in range(1000)])
    assert line == "1000 trials of old do not fit: it is failed [trial 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …]"


def test_no_misfits_are_no_lines() -> None:
    """Where everything fits there is nothing to say."""
    assert misfit_lines([]) == []
