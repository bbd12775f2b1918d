import errno
import json
from pathlib import Path

import pytest

from hpo.errors import DamagedStudyError, StorageError
from hpo.study.journal import Journal, read_events

LINE = b'{"event":"started","time":1.0,"index":0}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_an_event_is_a_line(path: Path) -> None:
    """What was appended is read back, with its name and its time."""
    with Journal(path) as journal:
        journal.append("suggested", index=0, parameters={"x": 1.5})
    (event,) = read_events(path)
    assert (event["event"], event["index"], event["parameters"]) == ("suggested", 0, {"x": 1.5})
    assert isinstance(event["time"], float)


def test_a_torn_last_line_is_dropped_and_reported(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What a crash left half written is cut off; the events before it stay, and the next one is readable."""
    path.write_bytes(LINE + b'{"event":"compl')
    with Journal(path) as journal:
        journal.append("started", index=1)
    assert [event["index"] for event in read_events(path)] == [0, 1]
    assert "in the middle of an event" in caplog.text


def test_a_whole_last_line_without_its_end_is_kept(path: Path) -> None:
    """If only the end of the line was lost the event happened."""
    path.write_bytes(LINE + LINE.replace(b'"index":0', b'"index":1').rstrip())
    with Journal(path) as journal:
        journal.append("started", index=2)
    assert [event["index"] for event in read_events(path)] == [0, 1, 2]


def test_a_reader_leaves_out_what_is_being_written(path: Path) -> None:
    """A last line without its end is neither an event nor an error for a reader, and stays on the disk."""
    path.write_bytes(LINE + b'{"event":"compl')
    assert len(list(read_events(path))) == 1
    assert path.read_bytes().endswith(b"compl")


@pytest.mark.parametrize("damage", [b"garbage\n", b'{"time":1.0}\n', b"[1]\n", b"\x00\x00\x00\n", b"\n"])
def test_a_damaged_line_is_refused_with_its_number(path: Path, damage: bytes) -> None:
    """Damage in the middle is no torn end: it is named, and nothing is guessed."""
    path.write_bytes(LINE + damage + LINE)
    with pytest.raises(DamagedStudyError, match=r"damaged in line 2: .*Restore the file"):
        list(read_events(path))


def test_a_full_disk_still_takes_what_has_ended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reserve gives way, the event is recorded, and the journal says that it is short of room."""
    journal = Journal(path)
    write = journal._write
    reserve = path.with_name(".journal.jsonl.reserve")

    def on_a_full_disk(data: bytes, *, is_lasting: bool) -> None:
        if reserve.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        write(data, is_lasting=is_lasting)

    monkeypatch.setattr(journal, "_write", on_a_full_disk)
    assert not journal.is_short
    journal.append("completed", index=0)
    assert journal.is_short
    assert len(list(read_events(path))) == 1
    journal.close()


def test_an_event_that_cannot_be_written_did_not_happen(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any room the error names the file and the way on, and the journal is as before."""
    with Journal(path) as journal:
        journal.append("started", index=0)

        def fail(_: int) -> None:
            raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr("os.fsync", fail)
        with pytest.raises(StorageError, match=r"journal\.jsonl cannot be written: Input/output error.*restart=resume"):
            journal.append("started", index=1)
    assert [event["index"] for event in read_events(path)] == [0]


def test_events_are_strict_json(path: Path) -> None:
    """NaN never gets into the file, where other programs could not read it."""
    with Journal(path) as journal, pytest.raises(ValueError, match="not JSON compliant"):
        journal.append("completed", value=float("nan"))
    assert [json.loads(line) for line in path.read_text().splitlines()] == []
