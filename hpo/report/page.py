"""The page: sections with words, tables and figures, in one file that asks for nothing from elsewhere."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import count
from typing import Any

import plotly
from jinja2 import Environment, StrictUndefined

# What plotly.js draws: its traces, ``data``, and its ``layout``; and ``min_width`` in pixels, if a phone is to scroll
# rather than to press it together. The classes of plotly for Python check them, and take three
# times as long as all the rest of a page; here a browser checks them in the tests.
Figure = Mapping[str, Any]

LEGEND: Mapping[str, Any] = {"orientation": "h", "y": 1.0, "yanchor": "bottom"}  # above the axes
MAX_TICKS = 8  # of an axis upwards; more of a logarithmic one touch each other
_HEIGHT = 420  # pixels, of a figure that does not say
_LOOK: Mapping[str, Any] = {  # the page's own colours show through
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "font": {"family": "system-ui, sans-serif"},
    "margin": {"t": 40, "r": 20, "b": 60, "l": 70},
    "modebar": {"bgcolor": "rgba(0,0,0,0)"},
    "autosize": True,
}


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere.

    Attributes:
        text: What it says.
        href: Where it leads, relative to the page; quoted.
    """

    text: str
    href: str


@dataclass(frozen=True)
class Table:
    """Rows under headings.

    Attributes:
        head: The headings; none for a table of names and values.
        rows: The cells.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str | Link]]


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        title: Its heading.
        words: Paragraphs above the figures.
        tables: Below the words.
        figures: Below the tables, by what stands above each.
        logs: Text as a terminal shows it, by its heading.
    """

    title: str
    words: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    logs: Mapping[str, str] = field(default_factory=dict)


def titled(title: str, *, is_log: bool = False) -> dict[str, Any]:
    """Return an axis of a figure.

    Args:
        title: What stands beside it.
        is_log: Whether it is logarithmic; else what stands along it decides: numbers or names.
    """
    return {"title": {"text": title, "standoff": 12}, **({"type": "log", "exponentformat": "power"} if is_log else {})}


def page(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """Return the page as HTML.

    Args:
        title: Of the page.
        subtitle: A line below it.
        sections: Its parts, in their order.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files("hpo.report").joinpath("page.html.jinja").read_text(encoding="utf-8"))
    numbers = count(1)
    parts = [
        {
            "section": section,
            "figures": {
                caption: _html(figure, f"figure-{next(numbers)}") for caption, figure in section.figures.items()
            },
        }
        for section in sections
    ]
    return template.render(
        title=title,
        subtitle=subtitle,
        parts=parts,
        plotly=files(plotly).joinpath("package_data/plotly.min.js").read_text(encoding="utf-8"),
    )


def _html(figure: Figure, name: str) -> str:
    """Return a figure as an element of the page and the script that draws it there."""
    given = figure["layout"]
    layout = {"height": _HEIGHT, **given, **_LOOK, "margin": {**_LOOK["margin"], **given.get("margin", {})}}
    drawn = ", ".join(map(_script_json, (name, figure["data"], layout)))
    style = f"height: {layout['height']}px; min-width: {figure.get('min_width', 0)}px"
    return f'<div id="{name}" class="plotly-graph-div" style="{style}"></div><script>draw({drawn});</script>'


def _script_json(value: object) -> str:
    """Return JSON that can stand in a script: no text in it ends the script, and what is no number is null."""
    return json.dumps(_finite(value), allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(item) for item in value]
    return value
