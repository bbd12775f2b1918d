"""What the slots did, and what they waited for."""

from hpo.report.page import LEGEND, Figure, Table, titled
from hpo.study.results import Results
from hpo.study.timeline import Turn

CAUSES = {
    "start": "before the slot's first trial",
    "store": "until the outcome before was written down",
    "candidate": "until there was a suggestion",
    "process": "until the task began",
    "unfinished": "in attempts without an outcome",
    "end": "after the slot's last trial",
}
MAX_HEIGHT = 1200  # pixels
COLOURS = {"completed": "#2a9d8f", "stopped_early": "#e9c46a", "unfinished": "#9aa7b4"}
FAILED = "#d1495b"


def timeline(results: Results) -> Figure | None:
    """Return which slot ran which trial when, session after session; None before a trial has ended."""
    turns = results.timeline().turns
    if not turns:
        return None
    traces = []
    for status in dict.fromkeys(_status(turn) for turn in turns):
        shown = [turn for turn in turns if _status(turn) == status]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "base": [turn.began_s for turn in shown],
                "x": [turn.seconds for turn in shown],
                "y": [_slot(turn) for turn in shown],
                "text": [str(turn.attempt.index) for turn in shown],
                "hovertext": [f"trial {turn.attempt.index}, attempt {turn.attempt.number}" for turn in shown],
                "name": status,
                "marker": {
                    "color": COLOURS.get(status, FAILED),
                    "line": {"width": 1, "color": "rgba(255,255,255,0.5)"},
                },
            }
        )
    rows = sorted({(turn.attempt.session, turn.slot) for turn in turns}, reverse=True)
    layout = {
        "barmode": "overlay",
        "xaxis": titled("s since the session's first start"),
        "yaxis": {"categoryorder": "array", "categoryarray": [_named(*row) for row in rows], "automargin": True},
        "height": min(MAX_HEIGHT, 140 + 24 * len(rows)),
        "legend": LEGEND,
    }
    return {"data": traces, "layout": layout}


def causes(results: Results) -> Table:
    """Return what idle time there was, by cause, and what each means."""
    idle_s = results.timeline().idle_s
    total_s = sum(idle_s.values())
    rows = [
        (cause, f"{seconds:.2f} s", f"{seconds / total_s:.0%}", CAUSES[cause])
        for cause, seconds in idle_s.items()
        if seconds > 0
    ]
    return Table(("idle", "of all slots", "share", "a slot waited"), rows)


def idle_time(results: Results) -> Figure:
    """Return the idle seconds of all slots by cause."""
    idle_s = results.timeline().idle_s
    bars = {"type": "bar", "orientation": "h", "x": list(idle_s.values()), "y": list(idle_s)}
    layout = {"xaxis": titled("s of all slots together"), "yaxis": {"autorange": "reversed"}, "height": 260}
    return {"data": [{**bars, "marker": {"color": "#577590"}}], "layout": layout}


def _status(turn: Turn) -> str:
    return "unfinished" if turn.attempt.status is None else str(turn.attempt.status)


def _slot(turn: Turn) -> str:
    return _named(turn.attempt.session, turn.slot)


def _named(session: int, slot: int) -> str:
    return f"session {session + 1}, slot {slot + 1}"
