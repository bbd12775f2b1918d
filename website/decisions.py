"""Makes ``docs/decisions/README.md``, the index of the decisions, of their headings."""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "decisions"
PAGE = FOLDER / "README.md"
TOP = """# Decisions

Why it is as it is. Each page has the decision, the measurement or the failure behind it, and what follows from it.

"""


def page() -> str:
    """Return the content of the page."""
    return TOP + "".join(f"{_line(path)}\n" for path in sorted(FOLDER.glob("[0-9]*.md")))


def _line(path: Path) -> str:
    heading = path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
    number, _, title = heading.partition(" ")
    return f"- [{number}]({path.name}) {title}"
