"""The errors this package raises on purpose.

    HpoError
     ├─ InputError         what was asked cannot be done; holds every independent fault
     ├─ StudyExistsError   the study's directory already holds a study
     ├─ StudyInUseError    another process runs the study
     ├─ DamagedStudyError  a file of the study cannot be understood
     └─ StudyStoppedError  a study ended before its total
         ├─ RuntimeLostError       what ran its trials is gone
         ├─ StorageError           a file of it cannot be written
         ├─ StudyLostError         another process may have taken it over
         └─ StudyInterruptedError  somebody asked it to

Every message says three things: what is wrong with which value, what is allowed, what to type instead.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

Part = TypeVar("Part")

EXIT_FAILED = 1  # something was started and did not reach its end
EXIT_REFUSED = 2  # of every command: nothing was started
EXIT_TRY_AGAIN = 75  # nothing is wrong with what was asked; EX_TEMPFAIL of BSD's sysexits(3)


class HpoError(Exception):
    """Base of all errors that are the user's business: shown as text, without a traceback.

    Attributes:
        exit_code: What the program ends with.
    """

    exit_code = EXIT_FAILED


class Fault(NamedTuple):
    """One fault of the input, in three parts, each without a closing full stop or question mark.

    Attributes:
        what: What is wrong, beginning with the config key: ``task.sleep_s=-1 is negative``.
        allowed: What would be right: ``it takes 0 or more seconds``.
        remedy: What to type: ``Set task.sleep_s=0``.
    """

    what: str
    allowed: str
    remedy: str

    def __str__(self) -> str:
        end = "?" if self.remedy.startswith("Did you mean") else "."
        return f"{self.what} ({self.allowed}). {self.remedy}{end}"


class InputError(HpoError):
    """What was asked cannot be done.

    Attributes:
        faults: Every independent fault that was found, in the order of the config.
    """

    exit_code = EXIT_REFUSED

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class StudyExistsError(HpoError):
    """The study's directory already holds a study that this run did not make."""

    exit_code = EXIT_REFUSED


class StudyInUseError(HpoError):
    """Another process runs the study."""

    exit_code = EXIT_REFUSED


class DamagedStudyError(HpoError):
    """A file of the study cannot be understood."""

    exit_code = EXIT_REFUSED


class StudyStoppedError(HpoError):
    """The study ended before it reached its total of trials."""


class RuntimeLostError(StudyStoppedError):
    """What ran the study's trials is gone; with another one the study goes on."""

    exit_code = EXIT_TRY_AGAIN


class StorageError(StudyStoppedError):
    """A file of the study cannot be written: a full disk, a folder without the right to write."""

    @classmethod
    def at(cls, path: Path | str, error: OSError, why: str = "") -> "StorageError":
        """Return that of the file or folder at ``path``; ``why`` tells what has to be written there."""
        reason = f"{error.strerror or error}{why and f' ({why})'}"
        remedy = "Free space or make the folder writable; then the study goes on with restart=resume."
        return cls(f"{path} cannot be written: {reason}. {remedy}")


class StudyLostError(StudyStoppedError):
    """This process has lost its hold on the study, and another may run it."""


class StudyInterruptedError(StudyStoppedError):
    """The study ended before its total because somebody asked it to.

    Attributes:
        exit_code: 128 plus the number of the signal, as shells say it.
    """

    def __init__(self, message: str, exit_code: int = 130) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Findings:
    """Collects the faults of parts that are made one by one.

    Attributes:
        faults: Those that were found.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def attempt(self, make: Callable[[], Part]) -> Part | None:
        """Return what ``make`` returns, or None after keeping the faults it raised."""
        try:
            return make()
        except InputError as error:
            self.faults.extend(error.faults)
            return None


def raise_faults(faults: Iterable[Fault]) -> None:
    """Raise one error for all ``faults``, or return if there are none.

    Raises:
        InputError: If there is at least one fault.
    """
    found = tuple(faults)
    if found:
        raise InputError(*found)


def flag_faults(key: str, value: object, remedy: str) -> list[Fault]:
    """Return a fault if ``value`` is not true or false."""
    if isinstance(value, bool):
        return []
    return [Fault(f"{key}={value} is neither yes nor no", "it takes true or false", remedy)]
