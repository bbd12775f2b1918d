"""A trial that a warm start finds several times is taken once."""

from pathlib import Path

import pytest

from hpo.restart.sources import read_sources
from hpo.study import StoredStudy, StudyPaths
from hpo.study.table import write_table
from tests.restart.sources import LOSS, ONLY_X, POINT, SPACE, Ended, done, failed, points, refused, study, taken


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
