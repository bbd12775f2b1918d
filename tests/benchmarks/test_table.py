import json
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks.result import Result, load
from benchmarks.row import Goal, Row
from benchmarks.table import BEGIN, END, insert, markdown
from tests.cli import REPOSITORY

ROWS = (
    Row(what="share", figure=0.9712, goal=Goal(">=", 0.95), beside="batches 0.5", raw={"times": [1.0]}),
    Row(what="ratio", figure=0.5, goal=Goal("<=", 0.25)),
    Row(what="best", figure=-3.25, half_width=0.0213),
    Row(what="peer", error="ImportError: no | module"),
)


def result(name: str = "one", *, is_quick: bool = False, memory: str = "8 GiB") -> Result:
    return Result(
        name=name,
        title=f"Title of {name}",
        is_quick=is_quick,
        date="2026-01-02 03:04",
        seconds=300.0,
        load=0.25,
        machine={"cores": "2", "memory": memory},
        versions={"ray": "2.6.3"},
        rows=ROWS,
    )


@pytest.mark.parametrize(
    "line",
    [
        "| share | 0.971 | ≥ 0.95: met | batches 0.5 |",
        "| ratio | 0.5 | ≤ 0.25: **missed** |  |",
        "| best | \N{MINUS SIGN}3.25 ± 0.021 |  |  |",
        "| peer | did not run |  | ImportError: no \\| module |",
        "`one`, 2026-01-02 03:04 UTC, 5 min; load in the minute before: 0.2.",
        "cores 2; memory 8 GiB; ray 2.6.3.",
    ],
)
def test_a_result_is_shown(line: str) -> None:
    """A table has each figure with its goal and what became of it, each error, and where and when it was measured."""
    assert line in markdown([result()]).splitlines()


def test_a_quick_result_says_so() -> None:
    """Figures of small size cannot be mistaken for those of full size."""
    assert "--quick" in markdown([result(is_quick=True)])
    assert "--quick" not in markdown([result()])


def test_each_machine_is_named_with_what_ran_there() -> None:
    """Results of two machines in one table each name theirs."""
    text = markdown([result("one"), result("two", memory="16 GiB")])
    assert "one: cores 2; memory 8 GiB; ray 2.6.3." in text
    assert "two: cores 2; memory 16 GiB; ray 2.6.3." in text


def test_a_result_is_read_as_it_was_saved(tmp_path: Path) -> None:
    """What is loaded is what was saved; quick and full results do not replace each other."""
    result().save(tmp_path)
    result(is_quick=True).save(tmp_path)
    read = load("one", tmp_path, is_quick=False)
    assert read is not None
    assert json.dumps(asdict(read)) == json.dumps(asdict(result()))
    assert load("two", tmp_path, is_quick=False) is None


def test_only_what_is_between_the_markers_is_replaced(tmp_path: Path) -> None:
    """Text before and after stays; the old table goes; doing it twice changes nothing."""
    document = tmp_path / "README.md"
    document.write_text(f"before\n{BEGIN}\nold table\n{END}\nafter\n")
    insert(document, "new table")
    once = document.read_text()
    insert(document, "new table")
    assert document.read_text() == once == f"before\n{BEGIN}\n\nnew table\n\n{END}\nafter\n"


@pytest.mark.parametrize("content", ["nothing\n", f"{BEGIN}\n", f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n"])
def test_a_document_without_its_markers_is_left_alone(tmp_path: Path, content: str) -> None:
    """Where the place of the table is not clear, nothing is written."""
    document = tmp_path / "README.md"
    document.write_text(content)
    with pytest.raises(ValueError, match="once"):
        insert(document, "table")
    assert document.read_text() == content


def test_the_committed_document_has_a_place_for_the_table(tmp_path: Path) -> None:
    """The table can be written into benchmarks/README.md as it is."""
    document = tmp_path / "README.md"
    document.write_text((REPOSITORY / "benchmarks" / "README.md").read_text())
    insert(document, "table")
    assert "\ntable\n" in document.read_text()
