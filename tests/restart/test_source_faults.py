"""Sources of a warm start that cannot be read, or have nothing that fits."""

from pathlib import Path

import pytest

from hpo.errors import DamagedStudyError, InputError
from hpo.restart.sources import read_sources
from hpo.study import StudyPaths
from tests.restart.sources import LOSS, ONLY_X, Ended, done, failed, points, study, write


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
    with pytest.raises(InputError, match=r"has no trials \(a trial fits that came to its end"):
        read_sources([source], ONLY_X, LOSS, tmp_path)
