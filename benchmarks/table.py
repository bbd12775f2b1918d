"""The results as Markdown, between two markers of a document."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.result import Result
from benchmarks.row import Row
from hpo.atomic import write_atomically

BEGIN = "<!-- results: begin; made by python benchmarks/run.py -->"
END = "<!-- results: end -->"
_QUICK = "**Made with `--quick`: the sizes are too small for the figures to mean anything.**"


def markdown(results: Sequence[Result]) -> str:
    """Return the tables of ``results``, after the machines and versions they come from."""
    parts = [_QUICK] if any(result.is_quick for result in results) else []
    return "\n\n".join([*parts, *_origins(results), *map(_section, results)])


def insert(document: Path, text: str) -> None:
    """Put ``text`` between the markers of ``document``.

    Raises:
        ValueError: If the document has not each marker once.
    """
    content = document.read_text()
    if content.count(BEGIN) != 1 or content.count(END) != 1:
        raise ValueError(f"{document} has not each of the lines {BEGIN} and {END} once. Put them where the table goes.")
    before, _, rest = content.partition(BEGIN)
    _, _, after = rest.partition(END)
    write_atomically(document, f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


def _origins(results: Sequence[Result]) -> Iterable[str]:
    """Yield a line for each machine and set of versions; it names the benchmarks where there are several."""
    origins = {result.name: _listed({**result.machine, **result.versions}) for result in results}
    for origin in dict.fromkeys(origins.values()):
        names = [name for name, its in origins.items() if its == origin]
        yield origin if len(names) == len(origins) else f"{', '.join(names)}: {origin}"


def _listed(facts: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in facts.items()) + "."


def _section(result: Result) -> str:
    size = ", quick" if result.is_quick else ""
    head = f"### {result.title}\n\n`{result.name}`, {result.date} UTC, {_duration(result.seconds)}{size}; "
    head += f"load in the minute before: {result.load:.1f}.\n\n"
    lines = ["| what | figure | goal | beside |", "|---|---|---|---|", *map(_line, result.rows)]
    return head + "\n".join(lines)


def _line(row: Row) -> str:
    goal = "" if row.goal is None else f"{row.goal}"
    if row.goal is not None and row.figure is not None:
        goal += ": met" if row.goal.is_met(row.figure) else ": **missed**"
    beside = "; ".join(_cell(text) for text in (row.beside, row.error) if text)
    return f"| {_cell(row.what)} | {_figure(row)} | {goal} | {beside} |"


def _figure(row: Row) -> str:
    if row.figure is None:
        return "did not run" if row.error else "—"
    interval = "" if row.half_width is None else f" ± {row.half_width:.2g}"
    return f"{row.figure:.3g}{interval}".replace("-", "\N{MINUS SIGN}")


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 2 * 60 else f"{seconds / 60:.0f} min"
