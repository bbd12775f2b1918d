"""The folder of studies: whether one could be made and kept there."""

import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hpo.atomic import write_atomically
from hpo.doctor.file_systems import FileSystem, room
from hpo.doctor.finding import Finding, fault, ok, warning
from hpo.doctor.sharing import sharing
from hpo.errors import HpoError, StorageError, StudyInUseError
from hpo.study.holder import SILENCE_S, read_holder
from hpo.study.journal import Journal
from hpo.study.lock import StudyLock

PREFIX = ".hpo-doctor-"  # python -m hpo.status passes over what begins with a dot
N_EVENTS = 5
SLOW_S = 0.1  # for an event to be on the disk; a trial waits for two of them
_TAKE = """
import pathlib, sys
from hpo.study.lock import StudyLock
with StudyLock(pathlib.Path(sys.argv[1])):
    pass
"""
CLOCK_S = SILENCE_S / 4  # a file server's clock may differ by so much


def storage(outputs: Path) -> Iterator[Finding]:
    """Try in the folder of studies, or where it would be made, all that a study does there.

    Args:
        outputs: The folder; it need not exist.
    """
    folder = outputs.absolute()
    while not folder.exists():
        folder = folder.parent
    try:
        if not folder.is_dir():
            raise NotADirectoryError(20, "Not a directory", str(folder))
        yield from room("outputs", folder, "start the program in a folder on another disk")
        with TemporaryDirectory(prefix=PREFIX, dir=folder) as made:
            yield ok("outputs", f"{outputs.absolute()} can be written", path=str(outputs.absolute()))
            yield from _tried(Path(made))
    except OSError as error:
        yield fault(
            "outputs",
            f"{outputs.absolute()} cannot be written: {error.strerror or error} ({error.filename or folder})",
            f"Start the program in a folder where you may write. This one: ls -ld {shlex.quote(str(folder))}",
            path=str(outputs.absolute()),
        )


def _tried(folder: Path) -> Iterator[Finding]:
    yield from sharing(folder)
    yield from _renaming(folder)
    yield from _lock(folder)
    yield from _journal(folder)
    yield from _clock(folder)


def _renaming(folder: Path) -> Iterator[Finding]:
    """Replace a file and rename a folder, as a study is made and its files are kept whole."""
    file, made = folder / "file", folder / ".made"
    write_atomically(file, "old")
    write_atomically(file, "new")
    made.mkdir()
    made.rename(folder / "made")
    if file.read_text(encoding="utf-8") == "new" and (folder / "made").is_dir():
        yield ok("renaming", "files are replaced and folders renamed in one step")
    else:
        yield fault(
            "renaming",
            f"a file in {folder.parent} that was replaced is the old one still",
            "Keep studies on another file system.",
        )


def _lock(folder: Path) -> Iterator[Finding]:
    """Take the lock of a study, see that a second process of this machine is refused, and give it back."""
    path = folder / ".lock"
    try:
        with StudyLock(path):
            holder = read_holder(path, time.time())
            refused = _is_refused(path)
        is_free = read_holder(path, time.time()) is None
    except HpoError as error:
        yield fault("lock", f"a study cannot be locked there: {error}", "Keep studies on another file system.")
        return
    if holder is not None and holder.is_here and refused and is_free:
        yield ok("lock", "a study is locked against a second process, and free afterwards")
    else:
        yield fault(
            "lock",
            f"the lock of a study in {folder.parent} does not hold (holder {holder}, a second one refused: {refused}, "
            f"free afterwards: {is_free})",
            "Keep studies on another file system: two processes could write to one study here.",
        )


def _is_refused(path: Path) -> bool:
    """Have a second process take the lock."""
    ran = subprocess.run(  # noqa: S603 - this program's own Python
        [sys.executable, "-c", _TAKE, str(path)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if ran.returncode == 0:
        return False
    error = ran.stderr.strip().rpartition("\n")[2]
    if StudyInUseError.__name__ not in error:
        raise StorageError(f"a second process ended with {error or ran.returncode}")
    return True


def _journal(folder: Path) -> Iterator[Finding]:
    """Write events to a journal, and see how long the disk takes for each."""
    seconds = []
    with closing(Journal(folder / "journal.jsonl")) as journal:
        for number in range(N_EVENTS):
            began = time.perf_counter()
            journal.append("suggested", index=number)
            seconds.append(time.perf_counter() - began)
        is_short = journal.is_short
    median_s = statistics.median(seconds)
    what = f"an event is on the disk after {1000 * median_s:.1f} ms"
    if is_short:
        yield fault("journal", "the disk is full", "Free space, or keep studies on another disk.")
    elif median_s > SLOW_S:
        remedy = "With trials of seconds, keep studies on a local disk, and copy them when they have ended."
        yield warning("journal", f"{what}, and a trial waits for two of them", remedy, median_s=median_s)
    else:
        yield ok("journal", what, median_s=median_s)


def _clock(folder: Path) -> Iterator[Finding]:
    """Hold the clock of the file system against this host's: who looks at a lock compares them."""
    probe = folder / "clock"
    probe.touch()
    ahead_s = probe.stat().st_mtime - time.time()
    system = FileSystem.of(folder)
    if abs(ahead_s) < CLOCK_S:
        if system.is_network:
            yield ok("clock", f"the file server's clock is {ahead_s:+.1f} s from this host's", ahead_s=ahead_s)
        return
    yield warning(
        "clock",
        f"the file server's clock is {ahead_s:+.0f} s from this host's: a study that runs may look silent",
        "Have the clocks set (NTP); until then do not start a study from two hosts.",
        ahead_s=ahead_s,
    )
