"""The errors this package raises on purpose.

    HpoError
     ├─ InputError         what was asked cannot be done; holds every independent fault
     ├─ StudyExistsError   the study's directory already holds a study
     └─ StudyStoppedError  a study ended before its total
         └─ StudyInterruptedError  because somebody asked it to

Every message says three things: what is wrong with which value, what is allowed, what to type instead.
"""

from collections.abc import Iterable
from typing import NamedTuple


class HpoError(Exception):
    """Base of all errors that are the user's business: shown as text, without a traceback."""


class Fault(NamedTuple):
    """One fault of the input, in three parts, each without a closing full stop.

    Attributes:
        what: What is wrong, beginning with the config key: ``task.sleep_s=-1 is negative``.
        allowed: What would be right: ``it takes 0 or more seconds``.
        remedy: What to type: ``Set task.sleep_s=0``.
    """

    what: str
    allowed: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} ({self.allowed}). {self.remedy}."


class InputError(HpoError):
    """What was asked cannot be done.

    Attributes:
        faults: Every independent fault that was found, in the order of the config.
    """

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class StudyExistsError(HpoError):
    """The study's directory already holds a study that this run did not make."""


class StudyStoppedError(HpoError):
    """The study ended before it reached its total of trials."""


class StudyInterruptedError(StudyStoppedError):
    """The study ended before its total because of an interrupt (Ctrl-C)."""


def raise_faults(faults: Iterable[Fault]) -> None:
    """Raise one error for all ``faults``, or return if there are none.

    Raises:
        InputError: If there is at least one fault.
    """
    found = tuple(faults)
    if found:
        raise InputError(*found)
