"""What the tests read from the documents: their blocks of code, their commands, their tables."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cli import REPOSITORY

README = REPOSITORY / "README.md"
CONFIGURATION = REPOSITORY / "docs" / "configuration.md"
EXAMPLES = sorted((REPOSITORY / "examples").glob("**/*.md"))  # tests/examples types their commands
DOCUMENTS = [README, REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").glob("**/*.md"))]

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"#\s*exit (\d+)\s*$")
_SHELLS = {"console", "bash", "sh"}


@dataclass(frozen=True)
class Command:
    """A command as the document shows it.

    Attributes:
        text: What is typed.
        output: The lines that the document shows below it.
    """

    text: str
    output: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The code it ends with: that of a comment ``# exit 2``, else 0."""
        found = _EXIT.search(self.text)
        return int(found[1]) if found else 0


Type = Callable[[Command], str]  # types a command and returns what it printed


def blocks(document: Path, *languages: str) -> list[str]:
    """Return the fenced blocks of these languages, in order."""
    return [body for language, body in _BLOCK.findall(document.read_text()) if language in languages]


def commands(document: Path) -> list[Command]:
    """Return every command of a document, in order: lines after ``$`` in a console, all lines in a script."""
    found: list[Command] = []
    for language, body in _BLOCK.findall(document.read_text()):
        if language in _SHELLS:
            found += _typed(body) if language == "console" else [Command(line) for line in body.splitlines() if line]
    return found


def tables(document: Path, heading: str) -> Iterator[list[list[str]]]:
    """Yield the tables below a heading, up to the next one of any level, as rows of cells."""
    text = re.split(r"^#+ ", document.read_text().partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    for table in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]
        yield [rows[0], *rows[2:]]


def code(cell: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`\n]+)`", cell)


def _typed(body: str) -> Iterator[Command]:
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        first, *output = part.splitlines()
        yield Command(first, tuple(output))
