import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import REPOSITORY

PAGE = REPOSITORY / "docs" / "troubleshooting.md"
HEADINGS = re.findall(r"^### `(.+)`$", PAGE.read_text(), re.MULTILINE)
_PLACEHOLDER = re.compile(r"%(?:0?\d*[dsgr])")


def sources() -> Iterator[Path]:
    for folder in ("hpo", "tasks"):
        yield from (REPOSITORY / folder).glob("**/*.py")


def texts() -> Iterator[str]:
    """Yield every text of the sources, with … for each value that is put into it."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield _PLACEHOLDER.sub("…", node.value)


TEXTS = list(texts())


@pytest.mark.parametrize("message", HEADINGS)
def test_a_message_that_is_explained_exists(message: str) -> None:
    """Each message of the page is, to the letter, a text of the program."""
    assert [text for text in TEXTS if message.rstrip(" …") in text] != []


def test_messages_are_explained_once() -> None:
    """No message has two headings, and the page has some dozens."""
    assert len(HEADINGS) == len(set(HEADINGS)) >= 30
